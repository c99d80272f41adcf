// Sharing: a link with the image inside, a report, and the page without a network.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource } from "../../app/decoder/source.ts";
import { LINK_LIMIT, toLinkText } from "../../app/link/bundle.ts";
import { commBytes, nameBytes } from "../../app/model/checkpoint.ts";
import { decodeText } from "../../app/model/text/text.ts";
import { reportOf } from "../../cli/commands/report.ts";
import { serveImages } from "../../cli/commands/view.ts";
import { openImages } from "../../cli/images.ts";
import { recordingIo } from "../support/command.ts";
import { largeImage } from "../support/large-image.ts";
import { accessibilityFaults, drop, fixture, openBrowser } from "./support.ts";

const visit = openBrowser();

const before = { name: "before.ckpt", bytes: fixture("linux-cr/v23-s1/before.ckpt"), lastModified: 1000 };
const after = { name: "after.ckpt", bytes: fixture("linux-cr/v23-s1/after.ckpt"), lastModified: 2000 };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ckptscope-share-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const { io } = recordingIo();
const path = (file: string): string => fileURLToPath(new URL(`../fixtures/linux-cr/v23-s1/${file}`, import.meta.url));

/** The changes as the page lists them. */
const changes = async (page: Page): Promise<string> => {
  const region = page.getByRole("region", { name: "Changes" });
  await region
    .getByText(/position/)
    .first()
    .waitFor();
  // The sentence comes last: the worker writes it.
  await region.locator("#changes-headline").waitFor();
  return (await region.innerText()).replace(/\s+/g, " ");
};

/** A report by the command line, as a file. */
const reportFile = async (leaveOut: "nothing" | "directories" | "names"): Promise<string> => {
  const images = await openImages([path("before.ckpt"), path("after.ckpt")], io, {});
  const page = readFileSync(join(inject("pageFolder"), "report.html"), "utf8");
  const file = join(folder, `${leaveOut}.html`);
  writeFileSync(file, [...(await reportOf(images, leaveOut, page))].join(""));
  for (const { input } of images) input.close();
  return file;
};

test("a link with the image inside opens the same page without fetching it", async () => {
  const { page } = await visit();
  await drop(page, [before]);
  await page.getByRole("grid").getByRole("row").filter({ hasText: "server.log" }).click();
  await page.keyboard.press("U");
  const dialog = page.getByRole("dialog", { name: "A link with the image inside" });
  await dialog.getByText(/1 task, 1 file table, 4 descriptors/).waitFor();
  await dialog.getByText("Memory, the contents of pipes and sockets, and all records with their bytes.").waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  const said = await dialog.getByText(/^The link has [\d,]+ characters/).textContent();
  await dialog.getByRole("button", { name: "Copy link" }).click();
  await page.getByText("Copied the link with the image inside").waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link.length).toBeLessThan(2000);
  expect(said).toContain(` ${link.length.toLocaleString("en")} characters`);
  const other = await visit({ fragment: new URL(link).hash });
  await other.page.getByRole("banner").getByText("before.ckpt").waitFor();
  const inspector = other.page.getByRole("region", { name: "Inspector" });
  await inspector.getByRole("heading", { name: "3 → /var/log/app/server.log" }).waitFor();
  await inspector.getByText(/there are no bytes to show/).waitFor();
  expect(other.requests.every((url) => url.startsWith(inject("pageUrl")))).toBe(true);
});

test("a typed or pasted link with the image inside opens as if followed, whatever its host, and is sent nowhere", async () => {
  const { page } = await visit();
  await drop(page, [before]);
  await page.getByRole("grid").getByRole("row").filter({ hasText: "server.log" }).click();
  await page.keyboard.press("U");
  await page.getByRole("button", { name: "Copy link" }).click();
  await page.getByText("Copied the link with the image inside").waitFor();
  const { hash } = new URL(await page.evaluate(() => navigator.clipboard.readText()));
  const opened = async (other: Page): Promise<void> => {
    await other
      .getByRole("region", { name: "Inspector" })
      .getByRole("heading", { name: /^3 → .*server.log/ })
      .waitFor();
    expect(new URL(other.url()).hash).toContain("data=");
  };
  const typed = await visit();
  await typed.page.keyboard.press("A");
  await typed.page.getByLabel("Address of a hosted image").fill(`https://elsewhere.example/scope/${hash}`);
  await typed.page.keyboard.press("Enter");
  await opened(typed.page);
  const pasted = await visit();
  await pasted.page.evaluate((text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
  }, `https://elsewhere.example/scope/${hash}\n`);
  await opened(pasted.page);
  for (const { requests } of [typed, pasted]) {
    expect(requests.every((url) => url.startsWith(inject("pageUrl")))).toBe(true);
  }
});

test("a link without names holds two images and as many changes", async () => {
  const { page } = await visit();
  await drop(page, [before, after]);
  const listed = await changes(page);
  await page.keyboard.press("U");
  const dialog = page.getByRole("dialog", { name: "A link with the image inside" });
  await dialog.getByText("/var/log/app/server.log").waitFor();
  await dialog.getByLabel(/All names/).check();
  await dialog.getByText("file-1").waitFor();
  await expect.poll(() => dialog.getByText("/var/log/app/server.log").count()).toBe(0);
  await dialog.getByRole("button", { name: "Copy link" }).click();
  await page.getByText("Copied the link with the image inside").waitFor();
  const other = await visit({ fragment: new URL(await page.evaluate(() => navigator.clipboard.readText())).hash });
  const masked = await changes(other.page);
  expect(masked).not.toContain("/var");
  expect(masked.match(/position/g)?.length).toBe(listed.match(/position/g)?.length);
});

test("an image that is too long for a link is refused with advice to save a report", async () => {
  const { page } = await visit();
  await drop(page, [{ name: "large.ckpt", bytes: Buffer.concat([...largeImage(20_000)]) }]);
  await page.getByRole("banner").getByText("20,000 descriptors").waitFor();
  await page.keyboard.press("U");
  const dialog = page.getByRole("dialog", { name: "A link with the image inside" });
  await dialog.getByText(/characters, but the images may take up only 65,536\. Save a report instead/).waitFor();
  await expect.poll(() => dialog.getByRole("button", { name: "Copy link" }).isDisabled()).toBe(true);
});

test("a link with a damaged image or a decompression bomb is refused with a reason", async () => {
  const { page } = await visit({ fragment: "#v=1&data=AAAA" });
  await page
    .getByRole("alert")
    .getByText(/is damaged/)
    .waitFor();
  const stream = new Blob([new Uint8Array(40 * 2 ** 20)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bomb = toLinkText(new Uint8Array(await new Response(stream).arrayBuffer()));
  const other = await visit({ fragment: `#v=1&data=${bomb}` });
  await other.page
    .getByRole("alert")
    .getByText(/unpack to more than 16 MiB/)
    .waitFor();
  const third = await visit({ fragment: `#v=1&data=${"A".repeat(LINK_LIMIT + 1)}` });
  await third.page
    .getByRole("alert")
    .getByText(/longer than the 65536 characters/)
    .waitFor();
});

test("a link that was cut off where it names its image says so", async () => {
  const cut = encodeURIComponent("https://example.com/").slice(0, -1);
  for (const fragment of ["#v=1&sample=", `#v=1&open=${cut}`, `#v=1&sample=httpd&with=${cut}`]) {
    const { page } = await visit({ fragment });
    await page
      .getByRole("alert")
      .getByText(/^This link is damaged: /)
      .waitFor();
  }
});

test("a report opens from a file and shows the same changes without any request", async () => {
  const { page } = await visit();
  await drop(page, [before, after]);
  const listed = await changes(page);
  await page.keyboard.press("R");
  const dialog = page.getByRole("dialog", { name: "Save a report" });
  const saving = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Save report" }).click();
  const saved = join(folder, "saved.html");
  await (await saving).saveAs(saved);
  for (const file of [saved, await reportFile("nothing")]) {
    const other = await page.context().newPage();
    const requests: string[] = [];
    const faults: string[] = [];
    other.on("request", (request) => requests.push(request.url()));
    other.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    other.on("pageerror", (error) => faults.push(error.message));
    await other.goto(pathToFileURL(file).href);
    await expect.poll(() => changes(other)).toBe(listed);
    expect(requests.filter((url) => !url.startsWith("blob:"))).toEqual([pathToFileURL(file).href]);
    const policy = await other.locator("meta[http-equiv='Content-Security-Policy']").getAttribute("content");
    expect(policy).toMatch(
      /default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; .*connect-src 'none'/,
    );
    // The URL of the file records the view, and a reload restores it.
    await other.keyboard.press("n");
    await other.waitForFunction(() => window.location.hash.includes("change="));
    await other.reload();
    await expect.poll(() => changes(other)).toBe(listed);
    expect(faults).toEqual([]);
    await other.close();
  }
});

test("a report without names contains no path and no task name of its images", async () => {
  const file = await reportFile("names");
  const whole = readFileSync(file);
  const start = whole.lastIndexOf('id="images">') + 'id="images">'.length;
  const inside = whole.subarray(start, whole.indexOf("<", start)).toString("latin1");
  const stream = new Blob([Buffer.from(inside, "base64")]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const unpacked = Buffer.from(await new Response(stream).arrayBuffer());
  expect(unpacked.length).toBeGreaterThan(100);
  const names = new Set<string>();
  for (const { bytes } of [before, after]) {
    const image = await openImage([bytesSource("", bytes)]);
    if ("refused" in image) throw new Error(image.refused);
    const { checkpoint } = image;
    for (let row = 0; row < checkpoint.files.count; row++) names.add(decodeText(nameBytes(checkpoint, row)));
    for (let row = 0; row < checkpoint.tasks.count; row++) names.add(decodeText(commBytes(checkpoint, row)));
    for (const { value } of checkpoint.facts) if (value !== checkpoint.machine.arch) names.add(value);
  }
  names.add("before.ckpt");
  const given = [...names].filter((name) => name.length > 3 && !/^(?:pipe|socket):/.test(name));
  expect(given).toContain("/var/log/app/server.log");
  expect(given).toContain("server");
  // A name can also be a word of the page, but not of the packed images.
  const page = readFileSync(join(inject("pageFolder"), "report.html"));
  for (const name of given) {
    expect(unpacked.includes(name), name).toBe(false);
    if (!page.includes(name)) expect(whole.includes(name), name).toBe(false);
  }
  // The checks speak of /dev/null.
  const paths = given.filter((name) => name.startsWith("/") && name !== "/dev/null");
  expect(paths.filter((name) => page.includes(name))).toEqual([]);
});

test("the page works without a network after the first visit", async () => {
  const { page } = await visit({ offline: true });
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await page.context().setOffline(true);
  await page.reload();
  await page.getByText("Drop a checkpoint image, or two to compare").waitFor();
  await drop(page, [before]);
  await page.getByRole("grid", { name: "Descriptors" }).waitFor();
  await page.keyboard.press("W");
  await page.getByRole("region", { name: "Samples" }).getByRole("button").first().click();
  await page.getByRole("grid").first().waitFor();
  visit.forgive();
});

test("the page that the command line serves opens its images without asking", async () => {
  const { address, close } = await serveImages([path("before.ckpt"), path("after.ckpt")], inject("pageFolder"), io);
  try {
    const { page } = await visit({ offline: true });
    await page.goto(address);
    await page.getByRole("radio", { name: "after after.ckpt" }).waitFor({ state: "attached" });
    await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
    await expect
      .poll(() => page.evaluate(() => navigator.serviceWorker.getRegistrations().then((all) => all.length)))
      .toBe(0);
  } finally {
    close();
  }
});

test("a link that selects what its images do not have opens them and says so", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=httpd&select=999999:3" });
  const alert = page.getByRole("alert");
  await alert.getByText("This link selects descriptor 3 of task 999999").waitFor();
  await page.getByRole("grid", { name: "Side by side" }).waitFor();
  await page.evaluate(() => {
    window.location.hash = "#v=1&sample=httpd&change=task-added:999999";
  });
  await alert.getByText("This link selects a change of task 999999").waitFor();
});
