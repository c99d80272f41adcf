// A report: the page as one file that opens without a network, with packed images inside. The page's build makes the
// file without images; here they are put in.

import { base64 } from "../model/text/text.ts";

/** Where the images go in the report's page: the element is empty in the page as it is built. */
const REPORT_ELEMENT = '<script type="application/octet-stream" id="images">';
const END = "</script>";

/** Bytes encoded as base64 in one go; a multiple of three, so that the pieces can be joined. */
const CHUNK = 3 * 256 * 1024;

/** The report in pieces, made one at a time; `null` if the page has no place for images. */
export function fillReport(page: string, images: Uint8Array): Iterable<string> | null {
  const at = page.lastIndexOf(REPORT_ELEMENT + END);
  return at < 0 ? null : piecesOf(page, at + REPORT_ELEMENT.length, images);
}

function* piecesOf(page: string, inside: number, images: Uint8Array): Generator<string> {
  yield page.slice(0, inside);
  for (let from = 0; from < images.length; from += CHUNK) yield base64(images.subarray(from, from + CHUNK));
  yield page.slice(inside);
}
