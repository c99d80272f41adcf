// Pairs dropped in either order, with right, equal and wrong file times, loose, packed and in folders: the earlier
// image is before, or the page says that it is unsure.

import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { afterAll, describe, expect, inject, test } from "vitest";
import { folderHandler } from "../../cli/commands/serve.ts";
import { listen } from "../../cli/http/server.ts";
import { recordingIo } from "../support/command.ts";
import { leakyServer } from "../support/leaky-server.ts";
import { tar } from "../support/tar.ts";
import { type DroppedFile, drop, fixture, openBrowser } from "./support.ts";

const visit = openBrowser();
const folder = mkdtempSync(join(tmpdir(), "ckptscope-order-"));
afterAll(() => rmSync(folder, { recursive: true }));

const CRIU = new URL("../fixtures/criu/w1/", import.meta.url).pathname;
const HOUR = 3600;
/** Seconds since 1970 of the image before and the one after. */
const TIMES: Readonly<Record<string, readonly [number, number]>> = {
  right: [1e9, 1e9 + HOUR],
  equal: [1e9, 1e9],
  reversed: [1e9 + HOUR, 1e9],
  random: [1_234_567_890, 987_654_321],
};

const setTar = (side: string, modified: number): Uint8Array =>
  tar(
    readdirSync(CRIU + side).map((name) => ({
      name: `set/${name}`,
      bytes: fixture(`criu/w1/${side}/${name}`),
      modified,
    })),
  );

type Make = (side: "before" | "after", name: string, seconds: number) => DroppedFile;

const file = (name: string, bytes: Uint8Array, seconds: number): DroppedFile => ({
  name,
  bytes,
  lastModified: 1000 * seconds,
});

/** Ways to pack an image; the files' names do not say which is which. */
const LOOSE: Readonly<Record<string, Make>> = {
  "Linux-CR streams": (side, name, at) => file(`${name}.ckpt`, fixture(`linux-cr/v23-s1/${side}.ckpt`), at),
  "gzip'd streams": (side, name, at) =>
    file(`${name}.gz`, new Uint8Array(gzipSync(fixture(`linux-cr/v23-s1/${side}.ckpt`))), at),
  "archives of CRIU sets": (side, name, at) => file(`${name}.tar`, setTar(side, at), at),
};

/** The image before as the page has it, and whether it says that it is unsure. */
async function shown(page: Page): Promise<{ before: string; unsure: boolean }> {
  const sides = page.getByRole("group", { name: "Image shown in the tables and the task tree" });
  await sides.waitFor();
  const before = (await sides.locator("label").first().textContent()) ?? "";
  return { before: before.replace(/^before /, ""), unsure: (await sides.getByText("order unsure").count()) > 0 };
}

describe.each(Object.entries(LOOSE))("%s", (_, make) => {
  test.each(Object.entries(TIMES))("with %s file times", async (_name, [early, late]) => {
    for (const isReversed of [false, true]) {
      const { page } = await visit();
      // The name that sorts first is the later image's, and dropped first or last.
      const files = [make("before", "y", early), make("after", "x", late)];
      await drop(page, isReversed ? files.toReversed() : files);
      const { before, unsure } = await shown(page);
      expect(unsure || before.startsWith("y"), `${before} is before`).toBe(true);
      await page.context().close();
    }
  });
});

/** Drops folders as a file manager does. */
async function dropFolders(page: Page, paths: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await session.send("Input.dispatchDragEvent", { type, x: 300, y: 300, data });
  }
}

describe("folders of CRIU sets", () => {
  test.each(Object.entries(TIMES))("with %s file times", async (label, times) => {
    const paths = (["before", "after"] as const).map((side, at) => {
      const path = join(folder, label, side === "before" ? "y" : "x");
      mkdirSync(path, { recursive: true });
      for (const name of readdirSync(CRIU + side)) {
        copyFileSync(join(CRIU, side, name), join(path, name));
        utimesSync(join(path, name), times[at] as number, times[at] as number);
      }
      return path;
    });
    for (const dropped of [paths, paths.toReversed(), [join(folder, label)]]) {
      const { page } = await visit();
      await dropFolders(page, dropped);
      const { before, unsure } = await shown(page);
      expect(unsure || before.endsWith("y"), `${before} is before`).toBe(true);
      await page.context().close();
    }
  });
});

test("images that nothing puts in order are marked as in doubt, and can be swapped", async () => {
  const { page } = await visit();
  await drop(page, [file("p.ckpt", leakyServer(2), 1e9), file("q.ckpt", leakyServer(3), 1e9 + HOUR)]);
  await expect.poll(() => shown(page)).toEqual({ before: "p.ckpt", unsure: true });
  await page.getByText(/Which image is earlier is not certain\. The files' times, which copying changes/).waitFor();
  await page.getByRole("button", { name: "⇄" }).click();
  await expect.poll(() => shown(page)).toEqual({ before: "q.ckpt", unsure: false });
});

test("of several images in a folder two are chosen, and the other files are counted", async () => {
  const { page } = await visit();
  const directory = join(folder, "mixed");
  mkdirSync(join(directory, "set"), { recursive: true });
  for (const name of readdirSync(`${CRIU}after`)) copyFileSync(join(CRIU, "after", name), join(directory, "set", name));
  for (const side of ["before", "after"]) {
    writeFileSync(join(directory, `dump-${side}.ckpt`), fixture(`linux-cr/v23-s1/${side}.ckpt`));
  }
  writeFileSync(join(directory, "notes.txt"), "notes");
  writeFileSync(join(directory, "cut.tar.gz"), gzipSync(tar([])).subarray(0, 12));
  await dropFolders(page, [directory]);
  const dialog = page.getByRole("dialog", { name: "Choose images" });
  await dialog.getByText("3 images found").waitFor();
  await dialog.getByText("2 other files ignored").waitFor();
  await expect.poll(() => dialog.getByRole("button", { name: "Open" }).isDisabled()).toBe(true);
  await dialog.getByRole("checkbox", { name: /dump-after/ }).check();
  await dialog.getByRole("checkbox", { name: /dump-before/ }).check();
  await dialog.getByText(/dump-before\.ckpt → mixed\/dump-after\.ckpt/).waitFor();
  await dialog.getByRole("button", { name: "Compare" }).click();
  await expect.poll(() => shown(page)).toEqual({ before: "mixed/dump-before.ckpt", unsure: false });
});

test("a third image takes the place of one of two", async () => {
  const { page } = await visit();
  const image = (side: string, name: string) => file(name, fixture(`linux-cr/v23-s1/${side}.ckpt`), 0);
  await drop(page, [image("before", "before.ckpt"), image("after", "after.ckpt")]);
  expect((await shown(page)).before).toBe("before.ckpt");
  await drop(page, [image("before", "third.ckpt")]);
  const dialog = page.getByRole("dialog");
  await dialog.getByText("before.ckpt and after.ckpt are open").waitFor();
  await dialog.getByRole("button", { name: "Replace before" }).click();
  await expect.poll(async () => (await shown(page)).before).toBe("third.ckpt");
});

test("the index of a served folder compares the earlier image with the later one, whatever their times", async () => {
  const directory = join(folder, "served");
  mkdirSync(directory);
  for (const side of ["after", "before"]) {
    const path = join(directory, `dump-${side}.ckpt`);
    writeFileSync(path, fixture(`linux-cr/v23-s1/${side}.ckpt`));
    utimesSync(path, 1e9, 1e9);
  }
  const { address, close } = await listen(folderHandler(directory, inject("pageFolder"), recordingIo().io));
  try {
    const { page } = await visit();
    await page.goto(address);
    await page.getByRole("link", { name: /^compare with/ }).click();
    await expect.poll(() => shown(page)).toEqual({ before: "dump-before.ckpt", unsure: false });
  } finally {
    close();
  }
});
