// A smoke run in stock Firefox: open, drop two images, step, side by side, a link, a report.
// Skipped where Firefox is not installed.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { FIREFOX, type Firefox, startFirefox } from "../support/marionette.ts";
import { fixture } from "./support.ts";

let firefox: Firefox;
beforeAll(async () => {
  if (FIREFOX !== undefined) firefox = await startFirefox(FIREFOX);
});
afterAll(() => firefox?.quit());

/** Drops files on the page. Their times decide which is before. */
const drop = (...names: readonly string[]): Promise<void> =>
  firefox.run(
    `const data = new DataTransfer();
    arguments[0].forEach(({ name, base64 }, at) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      data.items.add(new File([bytes], name, { lastModified: 1000 * (at + 1) }));
    });
    for (const type of ["dragenter", "dragover", "drop"]) {
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    }`,
    names.map((name) => ({ name, base64: Buffer.from(fixture(`linux-cr/v23-s1/${name}`)).toString("base64") })),
  );

const has = (selector: string, text: string): string =>
  `[...document.querySelectorAll(${JSON.stringify(selector)})].some((each) => each.textContent.includes(${JSON.stringify(text)}))`;

test.skipIf(FIREFOX === undefined)("Firefox opens, compares, steps, links and reports", async () => {
  await firefox.navigate(inject("pageUrl"));
  await firefox.until(has(".empty-drop", "Drop a checkpoint image"));

  await drop("before.ckpt");
  await firefox.until(has(".head-name", "before.ckpt"));
  await firefox.until("document.querySelectorAll('.grid-body .grid-row').length === 4");
  await firefox.until("document.querySelector('canvas') !== null");
  await firefox.until(has(".overview", "Shared open files"));
  await firefox.press("W");
  await firefox.until(has(".empty-drop", "Drop a checkpoint image"));

  await drop("before.ckpt", "after.ckpt");
  await firefox.until(has(".head-side", "before.ckpt"));
  await firefox.until(has("#aligned", "server.log"));
  await firefox.press("n");
  await firefox.until("document.querySelectorAll('#changes [aria-selected=true]').length === 1");
  await firefox.until("document.querySelectorAll('#aligned [role=row][aria-selected=true]').length === 1");
  await firefox.until(has(".inspector-head h2", "pid 4242"));
  await firefox.until("window.location.hash.includes('change=')");

  await firefox.press("U");
  await firefox.until(has(".share", "The link contains the open images"));
  await firefox.until("document.querySelector('.share .primary').disabled === false");
  await firefox.press("\uE00C");
  await firefox.until("document.querySelector('.share') === null");

  await firefox.press("R");
  await firefox.until(has(".share", "One HTML file"));
  await firefox.until("document.querySelector('.share .primary').disabled === false");
  await firefox.run("document.querySelector('.share .primary').click()");
  await firefox.until("document.querySelector('.share') === null");
  // The file is there, empty, before it is written.
  const saved = () =>
    readdirSync(firefox.downloads)
      .filter((name) => name.endsWith(".html"))
      .map((name) => readFileSync(join(firefox.downloads, name), "utf8"));
  await expect.poll(saved).toEqual([expect.stringContaining('id="images">')]);
});
