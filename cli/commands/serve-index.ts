// The index page of a directory of images: links that open and compare them.

import { toFragment } from "../../app/link/link.ts";
import { visible } from "../../app/model/text.ts";
import { grouped, timeText } from "../../app/model/words.ts";
import type { ListedImage } from "./serve-list.ts";

/** The index as HTML: each image with a link that opens it, and one that compares it with the next older one. */
export function indexPage(images: readonly ListedImage[], origin: string): string {
  const byTime = images.toSorted((a, b) => a.modified - b.modified);
  const rows = images.map((image) => row(image, byTime[byTime.indexOf(image) - 1], origin));
  return [
    "<!doctype html>",
    '<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">',
    '<meta name="viewport" content="width=device-width"><title>Checkpoint images</title></head><body>',
    "<h1>Checkpoint images</h1>",
    images.length === 0
      ? "<p>No checkpoint images in this directory.</p>"
      : `<table><thead><tr><th>Image</th><th>Bytes</th><th>Modified</th><th>Compare</th><th></th></tr></thead><tbody>${rows.join("\n")}</tbody></table>`,
    "</body></html>",
    "",
  ].join("\n");
}

function row(image: ListedImage, older: ListedImage | undefined, origin: string): string {
  const cells = [
    openLink(visible(image.path), origin, image),
    grouped(image.bytes),
    timeText(Math.floor(image.modified / 1000)),
    older === undefined ? "" : openLink(`compare with ${visible(older.path)}`, origin, older, image),
    `<a href="${html(addressOf(origin, image))}">file</a>`,
  ];
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
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
