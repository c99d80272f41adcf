// The index page of a directory of images: links that open and compare them.

import { toFragment } from "../../app/link/link.ts";
import { earlierOf } from "../../app/model/comparison/earlier.ts";
import { visible } from "../../app/model/text/text.ts";
import { grouped, timeText } from "../../app/model/text/words.ts";
import { type ListedImage, type Listing, MOST_ENTRIES } from "./serve-list.ts";

/** The index as HTML: each image with a link that opens it, and one that compares it with the next older one. */
export function indexPage({ images, isCut }: Listing, origin: string): string {
  const inOrder = images.toSorted((a, b) => (earlierOf(a.evidence, b.evidence).earlier === "first" ? -1 : 1));
  const place = new Map(inOrder.map((image, index) => [image, index]));
  const rows = images.map((image) => row(image, inOrder[(place.get(image) ?? 0) - 1], origin));
  return [
    "<!doctype html>",
    '<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">',
    '<meta name="viewport" content="width=device-width"><title>Checkpoint images</title></head><body>',
    "<h1>Checkpoint images</h1>",
    images.length === 0
      ? "<p>No checkpoint images in this directory.</p>"
      : `<table><thead><tr><th>Image</th><th>Bytes</th><th>Modified</th><th>Compare</th><th></th></tr></thead><tbody>${rows.join("\n")}</tbody></table>`,
    isCut
      ? `<p>Only the first ${grouped(MOST_ENTRIES)} entries of the directory were examined: there may be more images. Serve a subdirectory to see those in it.</p>`
      : "",
    "</body></html>",
    "",
  ].join("\n");
}

function row(image: ListedImage, older: ListedImage | undefined, origin: string): string {
  const cells = [
    openLink(visible(image.path), origin, image),
    grouped(image.bytes),
    timeText(Math.floor(image.modified / 1000)),
    older === undefined ? "" : compareLink(image, older, origin),
    `<a href="${html(addressOf(origin, image))}">file</a>`,
  ];
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
}

/** A link that compares an image with the previous one, and a note if it is not certain which is earlier. */
function compareLink(image: ListedImage, older: ListedImage, origin: string): string {
  const { sure, reason } = earlierOf(older.evidence, image.evidence);
  const link = openLink(`compare with ${visible(older.path)}`, origin, older, image);
  return sure ? link : `${link} <span title="${html(reason)}">(order unsure)</span>`;
}

/** A link that opens the page with one image, or with two to compare. */
function openLink(text: string, origin: string, open: ListedImage, compared?: ListedImage): string {
  const fragment = toFragment({
    open: addressOf(origin, open),
    ...(compared !== undefined && { with: addressOf(origin, compared) }),
  });
  return `<a href="${html(`${origin}/page/#${fragment}`)}">${html(text)}</a>`;
}

const addressOf = (origin: string, { path }: ListedImage): string =>
  `${origin}/images/${path.split("/").map(encodeURIComponent).join("/")}`;

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as HTML. */
const html = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "");
