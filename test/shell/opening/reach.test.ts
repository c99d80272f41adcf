// Whether the notice about a copied link says that others cannot open it.

import { expect, test } from "vitest";
import { reachNote } from "../../../app/shell/opening/reach.ts";
import type { Origin } from "../../../app/shell/state.ts";

const PAGE = "https://example.org/ckptscope/#open=x";

test.each<[string, string, Origin]>([
  ["the page", "http://127.0.0.1:8080/#sample=httpd", { sample: "httpd" }],
  ["the page by name", "http://localhost/#data=x", null],
  ["a page that is a file", "file:///home/user/report.html#x", null],
  ["an image", PAGE, { open: "http://127.0.0.1:7000/a.ckpt" }],
  ["the second image", PAGE, { open: "https://example.org/a.ckpt", with: "http://192.168.1.7/b.ckpt" }],
])("a link is only for this machine or network if %s is here", (_, link, origin) => {
  expect(reachNote(link, origin)).toBe(", which others can open only if they can reach this machine or network");
});

test.each<[string, Origin]>([
  [PAGE, { open: "https://example.org/a.ckpt" }],
  [PAGE, { open: "images/a.ckpt", with: "images/b.ckpt" }],
  [PAGE, { sample: "httpd" }],
])("other links need no note: %s %j", (link, origin) => {
  expect(reachNote(link, origin)).toBe("");
});
