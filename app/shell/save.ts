// Copies to the clipboard and saves files. Long listings are formatted in slices, so that the page stays responsive.

import { rowLines, type Separator, titleLine } from "../export/delimited.ts";
import type { Checkpoint } from "../model/checkpoint.ts";
import type { Listing } from "../model/columns/column.ts";

/** Rows to format without a pause. */
const SLICE = 2000;

/** Rows of a listing as text, with a header line. */
export async function listingText(
  checkpoint: Checkpoint,
  listing: Listing,
  columns: readonly string[],
  rows: Uint32Array,
  separator: Separator,
): Promise<Blob> {
  const parts: string[] = [titleLine(listing, columns, separator)];
  for (let from = 0; from < rows.length; from += SLICE) {
    parts.push(rowLines(checkpoint, listing, columns, rows, from, from + SLICE, separator));
    await new Promise((resume) => setTimeout(resume));
  }
  return new Blob(parts, { type: separator === "," ? "text/csv" : "text/tab-separated-values" });
}

/** Downloads a file that the page made. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Copies text to the clipboard. Resolves to false if the browser denies access. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** A file's name without folders and special characters, to derive other files' names from. */
export function plainName(name: string): string {
  const base = name.slice(name.lastIndexOf("/") + 1);
  return base.replace(/[^\w.-]+/g, "_").slice(0, 100) || "checkpoint";
}
