// The byte view: from fields to bytes and back, navigation, search, and records as a tree.

import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Image } from "../../app/decoder/image.ts";
import { NONE, nameBytes } from "../../app/model/checkpoint.ts";
import { i32At } from "../../app/model/read.ts";
import { recordLength, recordOffset } from "../../app/model/records.ts";
import { decodeText } from "../../app/model/text/text.ts";
import { open } from "../support/open.ts";
import { accessibilityFaults, drop, fixture, openBrowser } from "./support.ts";

const visit = openBrowser();
const server = fixture("linux-cr/v23-s1/before.ckpt");

const GIB = 2 ** 30;
const folder = mkdtempSync(join(tmpdir(), "ckptscope-sparse-"));
const sparse = join(folder, "sparse.ckpt");
const MARK = Buffer.from("the last bytes of all");

// An image followed by 4 GiB of a sparse file.
beforeAll(() => {
  const file = openSync(sparse, "w");
  writeSync(file, server);
  ftruncateSync(file, 4 * GIB);
  writeSync(file, MARK, 0, MARK.length, 4 * GIB - MARK.length);
  closeSync(file);
});
afterAll(() => rmSync(folder, { recursive: true }));

const openServer = async (page: Page): Promise<void> => {
  await drop(page, [{ name: "server.ckpt", bytes: server }]);
  await page.getByRole("grid", { name: "Descriptors" }).waitFor();
};
const openSparse = async (page: Page): Promise<void> => {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: /^Open/ }).first().click();
  await (await chooser).setFiles(sparse);
  await page.getByRole("grid", { name: "Descriptors" }).waitFor();
};

const inspector = (page: Page) => page.getByRole("region", { name: "Inspector" });
const bytes = (page: Page) => page.getByRole("grid", { name: "Bytes" });
const status = (page: Page) => page.locator(".hex-status");
/** The selected bytes in hex. */
const marked = async (page: Page): Promise<string[]> => {
  const texts = await page.locator(".hex-cells .byte-selected").allTextContents();
  return texts.join(" ").split(/\s+/).filter(Boolean);
};
/** Clicks the hex of a byte, whose row must be in view. */
const clickByte = async (page: Page, offset: number): Promise<void> => {
  const cells = bytes(page).locator(`[data-row='${Math.floor(offset / 16)}'] .hex-cells`);
  await cells.filter({ hasText: /[0-9a-f]{2}/ }).waitFor();
  const box = await cells.boundingBox();
  if (box === null) throw new Error(`The row of byte ${offset} is not in view`);
  await page.mouse.click(box.x + cellCentre(offset % 16) * box.width, box.y + box.height / 2);
};
/** Where in a row of 16 bytes the hex of a byte is, 0 to 1. A row is 49 characters wide, with a gap in the middle. */
const cellCentre = (column: number): number => (column * 3 + 2 + (column > 7 ? 1 : 0)) / 49;
const value = (pairs: readonly string[]): bigint => BigInt(`0x${[...pairs].reverse().join("")}`);

test("a field of the inspector selects its bytes, and a byte its field", async () => {
  const { page } = await visit();
  await openServer(page);
  await page.getByRole("grid").getByRole("row").filter({ hasText: "server.log" }).click();
  await inspector(page).getByRole("button", { name: "/var/log/app/server.log" }).first().click();
  await inspector(page)
    .getByRole("button", { name: /^Raw fields/ })
    .click();
  await inspector(page)
    .getByRole("button", { name: /^Show the bytes of common\.f_pos at/ })
    .click();
  await bytes(page).waitFor();
  await status(page).filter({ hasText: "FILE, field common.f_pos" }).waitFor();
  expect(value(await marked(page))).toBe(4096n);

  // The byte to the left belongs to the previous field.
  const pos = await bytes(page).locator(".hex-cells .byte-selected").first().boundingBox();
  if (pos === null) throw new Error("Nothing is marked");
  await page.mouse.click(pos.x - 12, pos.y + 8);
  await status(page).filter({ hasNotText: "f_pos" }).waitFor();
  await expect.poll(() => status(page).textContent()).toMatch(/^FILE, /);
  await inspector(page).getByRole("heading", { name: "/var/log/app/server.log" }).waitFor();
});

let image: Image;
beforeAll(async () => {
  image = await open(server);
});

test("a click on a byte of another record selects what that record describes", async () => {
  const { page } = await visit();
  await openServer(page);
  await page.keyboard.press("b");
  await page.keyboard.press("f");
  await page.keyboard.type("/var/log/app/server.log");
  await page.keyboard.press("Enter");
  await status(page).filter({ hasText: "FILE_NAME" }).waitFor();
  await inspector(page)
    .getByRole("heading", { name: /^FILE_NAME at/, level: 2 })
    .waitFor();
  // Its last byte: the FILE record comes right before the one that holds its name.
  const { files, records } = image.checkpoint;
  const row = Array.from({ length: files.count }, (_, file) => file).find(
    (file) => decodeText(nameBytes(image.checkpoint, file)) === "/var/log/app/server.log",
  );
  const record = i32At(files.record, row ?? NONE);
  await clickByte(page, recordOffset(records, record) + recordLength(records, record) - 1);
  await status(page)
    .filter({ hasText: /^FILE, / })
    .waitFor();
  await inspector(page).getByRole("heading", { name: "/var/log/app/server.log" }).waitFor();
});

test("[ and ] step from field to field, across records, however fast they are pressed", async () => {
  const { page } = await visit();
  await openServer(page);
  await page.keyboard.press("b");
  const fields = (await Promise.all([0, 1, 2].map((record) => image.fields(record)))).flat();
  const offsets = fields.map(({ offset }) => offset);
  expect(offsets.length).toBeGreaterThan(5);
  for (const offset of offsets.slice(1)) {
    await page.keyboard.press("]");
    await status(page)
      .filter({ hasText: `at ${offset} ` })
      .waitFor();
  }
  for (let back = 0; back < offsets.length - 1; back++) await page.keyboard.press("[");
  await status(page).filter({ hasText: "at 0 (0x0)" }).waitFor();
});

test("every field of a record can be selected with the keys", async () => {
  const { page } = await visit();
  await openServer(page);
  await page.keyboard.press("l");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await inspector(page).getByRole("heading", { name: /^3 →/ }).waitFor();
  await inspector(page)
    .getByRole("button", { name: /^Raw fields/ })
    .click();
  const fields = inspector(page).getByRole("table").getByRole("row");
  await fields.filter({ hasText: "fd_descriptor" }).waitFor();
  await page.keyboard.press("b");
  await status(page).filter({ hasText: "FILE_DESC, field type" }).waitFor();
  const shown = await fields.evaluateAll((rows) =>
    rows.slice(1).map((row) => [...row.children].slice(0, 2).map((cell) => cell.textContent ?? "")),
  );
  expect(shown.map(([name]) => name)).toEqual(["type", "len", "fd_objref", "fd_descriptor", "fd_close_on_exec"]);
  for (const [name = "", raw = ""] of shown) {
    // Enter selects the whole field, also in the inspector.
    await page.keyboard.press("Enter");
    await status(page)
      .filter({ hasText: `field ${name},` })
      .waitFor();
    expect(String(value(await marked(page))), name).toBe(raw);
    await expect.poll(() => inspector(page).locator("[aria-current=true] th").textContent()).toBe(name);
    await page.keyboard.press("]");
  }
  await status(page)
    .filter({ hasText: /padding of \d bytes/ })
    .waitFor();
});

test("Shift selects bytes, which are copied as hex, C or base64", async () => {
  const { page } = await visit();
  await openServer(page);
  await page.keyboard.press("b");
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Shift+ArrowRight");
  await page.getByText("3 bytes selected").waitFor();
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  const first = Buffer.from(server.subarray(0, 3));
  await page.keyboard.press("Control+c");
  await page.getByText("Copied 3 bytes").waitFor();
  await expect.poll(() => clipboard()).toBe(first.toString("hex").replace(/(..)(?=.)/g, "$1 "));
  await page.keyboard.press("y");
  await expect.poll(clipboard).toBe(first.toString("base64"));
  await page.keyboard.press("c");
  await expect.poll(clipboard).toContain("unsigned char bytes[3]");
});

test("dragging with the mouse selects bytes", async () => {
  const { page } = await visit();
  await openServer(page);
  await page.keyboard.press("b");
  const row = bytes(page).locator("[data-row='1'] .hex-cells");
  const box = await row.boundingBox();
  if (box === null) throw new Error("There is no second row");
  const at = (column: number) => box.x + cellCentre(column) * box.width;
  await page.mouse.move(at(2), box.y + 10);
  await page.mouse.down();
  await page.mouse.move(at(9), box.y + 10, { steps: 4 });
  await page.mouse.up();
  await page.getByText("8 bytes selected").waitFor();
  await expect
    .poll(() => marked(page))
    .toEqual([...server.subarray(18, 26)].map((byte) => byte.toString(16).padStart(2, "0")));
});

test("numbers at the cursor are shown in both byte orders", async () => {
  const { page } = await visit();
  await openServer(page);
  await page.keyboard.press("b");
  const view = new DataView(server.buffer, server.byteOffset);
  const numbers = page.getByRole("region", { name: "At the cursor" });
  const row = numbers.getByRole("row").filter({ hasText: "u32" });
  await row.filter({ hasText: String(view.getUint32(0, true)) }).waitFor();
  await expect.poll(() => row.textContent()).toContain(String(view.getUint32(0, false)));
});

test("going to an offset takes hex and relative numbers, and refuses one past the end", async () => {
  const { page } = await visit();
  await openServer(page);
  await page.keyboard.press("b");
  await page.keyboard.press("g");
  const dialog = page.getByRole("dialog", { name: "Go to offset" });
  await page.keyboard.type("0x400");
  await page.keyboard.press("Enter");
  await status(page).filter({ hasText: "at 1024 (0x400)" }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.type("-24");
  await page.keyboard.press("Enter");
  await status(page).filter({ hasText: "at 1000 (0x3e8)" }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.type("99999999");
  await page.keyboard.press("Enter");
  await dialog.getByText(/After the last byte/).waitFor();
});

test("the end of 4 GiB is reached with a key, the middle with the scroll bar", async () => {
  const { page } = await visit();
  await openSparse(page);
  await page.keyboard.press("b");
  await bytes(page).waitFor();
  await page.keyboard.press("Control+End");
  await status(page).filter({ hasText: "at 4294967295 (0xffffffff)" }).waitFor();
  await expect.poll(() => status(page).textContent()).toMatch(/^not decoded, [\d,]+ bytes in no record/);
  const last = bytes(page).locator("[data-row='268435455']");
  await last
    .filter({ hasText: "fffffff0" })
    .filter({ hasText: MARK.subarray(-16).toString() })
    .waitFor();
  const inView = await last.evaluate((element) => {
    const [row, grid] = [element.getBoundingClientRect(), element.closest("[role=grid]")?.getBoundingClientRect()];
    return grid !== undefined && row.bottom <= grid.bottom + 1 && row.top >= grid.top;
  });
  expect(inView).toBe(true);

  await bytes(page).evaluate((grid) => {
    grid.scrollTop = grid.scrollHeight / 2;
  });
  const rows = bytes(page).locator("[data-row]");
  await expect.poll(async () => Number(await rows.first().getAttribute("data-row"))).toBeLessThan(140_000_000);
  expect(Number(await rows.first().getAttribute("data-row"))).toBeGreaterThan(128_000_000);
  await bytes(page).evaluate((grid) => {
    grid.scrollTop = grid.scrollHeight;
  });
  await last.filter({ hasText: "fffffff0" }).waitFor();
});

test("a search goes on while the cursor moves, and can be stopped", async () => {
  const { page } = await visit();
  await openSparse(page);
  await page.keyboard.press("b");
  await page.keyboard.press("f");
  await page.keyboard.type("no such text anywhere");
  await page.keyboard.press("Enter");
  await page.getByText(/0 found, \d+ % searched/).waitFor();
  await bytes(page).focus();
  await page.keyboard.press("ArrowDown");
  await status(page).filter({ hasText: "at 16 (0x10)" }).waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText(/0 found, stopped at \d+ %/).waitFor();
  // A search ends after a thousand matches.
  await page.getByLabel("Find as").selectOption("hex");
  await page.getByRole("searchbox", { name: "Find bytes or text" }).fill("00 00 00 00");
  await page.keyboard.press("Enter");
  await page.getByText(/^\d+ of 1,000 or more$/).waitFor();
});

test("n and p step through the matches and wrap around", async () => {
  const { page } = await visit();
  await openServer(page);
  const places: number[] = [];
  const image = Buffer.from(server);
  for (let at = image.indexOf("server"); at >= 0; at = image.indexOf("server", at + 6)) places.push(at);
  expect(places.length).toBeGreaterThan(2);
  await page.keyboard.press("b");
  await page.keyboard.press("f");
  await page.keyboard.type("server");
  await page.keyboard.press("Enter");
  await page.getByText(`1 of ${places.length}`).waitFor();
  await bytes(page).focus();
  for (const [nth, place] of [...places.slice(1), places[0] ?? 0].entries()) {
    await page.keyboard.press("n");
    await page.getByText(`${((nth + 1) % places.length) + 1} of ${places.length}`).waitFor();
    await status(page)
      .filter({ hasText: `at ${place + 5} ` })
      .waitFor();
  }
  await page.keyboard.press("p");
  await page.getByText(`${places.length} of ${places.length}`).waitFor();
  await page.getByRole("searchbox", { name: "Find bytes or text" }).fill("nowhere");
  await page.keyboard.press("Enter");
  await page.getByText("not found").waitFor();
});

test("the URL records the selected bytes of a sample", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=server&bytes=0:485-492" });
  await bytes(page).waitFor();
  await status(page).filter({ hasText: "at 492 (0x1ec)" }).waitFor();
  await page.getByText("8 bytes selected").waitFor();
  await page.keyboard.press("b");
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => /&bytes=0:493(&|$)/.test(window.location.hash));
  await page.reload();
  await status(page).filter({ hasText: "at 493 (0x1ed)" }).waitFor();
});

test("a selection among the records shows in the bytes, and the other way round", async () => {
  const { page } = await visit();
  await openServer(page);
  await page.keyboard.press("5");
  const records = page.getByRole("treegrid", { name: "Records" });
  await page.keyboard.press("l");
  await page.getByLabel("Kind of record").selectOption("FILE_DESC");
  await page.getByText("4 of 90 records").waitFor();
  await page.keyboard.press("l");
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowRight");
  await records.getByRole("row").filter({ hasText: "fd_descriptor" }).waitFor();
  for (let at = 0; at < 4; at++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.keyboard.press("b");
  await status(page).filter({ hasText: "FILE_DESC, field fd_descriptor" }).waitFor();
  expect(value(await marked(page))).toBe(3n);
  await page.keyboard.press("ArrowUp");
  const record = (await status(page).textContent())?.split(",")[0] ?? "";
  await page.keyboard.press("5");
  await page.getByLabel("Kind of record").selectOption("");
  await records.locator("[aria-selected=true]").filter({ hasText: record }).waitFor();
});

test("the bytes show a chosen member of a set, and records are grouped by member", async () => {
  const { page } = await visit();
  await drop(page, [{ name: "w1.tar.gz", bytes: fixture("criu/packed/w1-before.tar.gz") }]);
  await page.getByRole("grid", { name: "Descriptors" }).waitFor();
  await page.keyboard.press("5");
  const records = page.getByRole("treegrid", { name: "Records" });
  const member = records.getByRole("row").nth(1);
  await expect.poll(() => member.getAttribute("aria-level")).toBe("1");
  await expect.poll(() => records.getByRole("row").nth(2).getAttribute("aria-level")).toBe("2");
  await page.keyboard.press("l");
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => member.getAttribute("aria-expanded")).toBe("false");
  await expect.poll(() => records.getByRole("row").nth(2).getAttribute("aria-level")).toBe("1");

  await page.keyboard.press("b");
  const chooser = page.getByLabel("Member");
  const files = await chooser.locator("option").filter({ hasText: "files.img" }).first().getAttribute("value");
  await chooser.selectOption(files);
  await status(page).filter({ hasText: "magic, field magic, u32" }).waitFor();
  await page.getByLabel("Find as").selectOption("text");
  await page.getByRole("searchbox", { name: "Find bytes or text" }).fill("/dev/null");
  await page.keyboard.press("Enter");
  await status(page).filter({ hasText: "/dev/null" }).waitFor();
  await inspector(page).getByRole("heading", { name: "/dev/null" }).waitFor();
});

test("fields of both images are shown side by side with differing bytes marked", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=httpd&side=before&tab=files&view=one" });
  const row = page.getByRole("grid", { name: "Open files" }).getByRole("row").filter({ hasText: "error_log" });
  await row.click();
  await page.keyboard.press("b");
  await page.getByLabel("Fields of both images side by side").check();
  const pos = page.getByRole("region", { name: "Fields of both images" }).getByRole("row").filter({ hasText: "f_pos" });
  await expect.poll(() => pos.textContent()).toMatch(/15000.*15400/);
  expect((await pos.locator("mark").allTextContents()).map((text) => text.trim())).toEqual(["98 3a", "28 3c"]);
  await expect.poll(() => page.locator(".pair-differs").count()).toBe(1);
});

for (const theme of ["light", "dark"] as const) {
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const) {
    test(`is accessible, ${theme}, ${width} × ${height}`, async () => {
      const { page } = await visit({ theme, width, height, fragment: "#v=1&sample=server&bytes=0:3741" });
      if (width < 800) await page.getByRole("navigation").getByRole("button", { name: "Tables" }).click();
      await status(page).filter({ hasText: "FILE, field" }).waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      await bytes(page).focus();
      await page.keyboard.press("g");
      await page.getByRole("dialog").waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.keyboard.press("5");
      await page.getByRole("treegrid", { name: "Records" }).waitFor();
      await page.keyboard.press("l");
      await page.keyboard.press("ArrowRight");
      await page.locator(".records-field").first().waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
    });
  }
}
