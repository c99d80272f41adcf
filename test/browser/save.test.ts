// An image that is saved as JSON in the page is what the command line prints: the worker writes it by the same kernel.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { bigImage } from "../support/images.ts";
import { documentText, open } from "../support/open.ts";
import { drop, openBrowser } from "./support.ts";

const visit = openBrowser();

test("an image with thousands of rows is saved as JSON", async () => {
  const bytes = new Uint8Array(Buffer.concat([...bigImage({ tasks: 5, descriptorsPerTask: 1000 })]));
  const { page } = await visit();
  await drop(page, [{ name: "test", bytes }]);
  await page.locator("[role=grid][aria-rowcount='5001']").waitFor();
  const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("J")]);
  const saved = JSON.parse(readFileSync(await download.path(), "utf8"));
  const { fileTables, files } = JSON.parse(documentText(await open(bytes)));
  expect(files.length).toBeGreaterThan(4000);
  expect(saved.fileTables).toEqual(fileTables);
  expect(saved.files).toEqual(files);
});
