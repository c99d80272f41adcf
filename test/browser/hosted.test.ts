// Hosted images from well and badly behaved hosts of another origin. The host counts requests and bytes.

import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { bytesSource } from "../../app/decoder/source.ts";
import { type Host, host } from "../support/hosting.ts";
import { bigImage, withPages } from "../support/images.ts";
import { drop, fixture, openBrowser } from "./support.ts";

const visit = openBrowser();

let server: Host;
beforeAll(async () => {
  const image = new Uint8Array(Buffer.concat([...bigImage({ tasks: 10, descriptorsPerTask: 100 })]));
  const many = new Uint8Array(Buffer.concat([...bigImage({ tasks: 10, descriptorsPerTask: 1000 })]));
  server = await host({
    "before.ckpt": bytesSource("", fixture("linux-cr/v23-s1/before.ckpt")),
    "after.ckpt": bytesSource("", fixture("linux-cr/v23-s1/after.ckpt")),
    "many.ckpt": bytesSource("", many),
    "gib.ckpt": withPages("gib", image, 262_144),
  });
});
afterAll(() => server.close());
beforeEach(() => server.reset());

const hostName = (): string => new URL(server.url).host;
const link = (path: string, compared?: string): string =>
  `#open=${encodeURIComponent(server.url + path)}${compared ? `&with=${encodeURIComponent(server.url + compared)}` : ""}`;

const response = (page: Page, name: "Fetch" | "Cancel") =>
  page.getByRole("dialog", { name: "Fetch an image" }).getByRole("button", { name, exact: true }).click();

const openTyped = async (page: Page, address: string): Promise<void> => {
  await page.keyboard.press("A");
  await page.getByLabel("Address of a hosted image").fill(address);
  await page.keyboard.press("Enter");
};

const descriptors = (page: Page) => page.getByRole("grid", { name: "Descriptors" });

test("a redirect to another host asks before anything is opened from there", async () => {
  const { page } = await visit();
  await openTyped(page, `${server.url}moved/before.ckpt`);
  const dialog = page.getByRole("dialog", { name: "Fetch an image" });
  const other = hostName().replace("127.0.0.1", "localhost");
  await dialog.getByText(`The host has moved the image to ${other}. Fetch it?`).waitFor();
  await response(page, "Cancel");
  await page.getByText(/redirects before\.ckpt to another host/).waitFor();
  await expect.poll(() => descriptors(page).count()).toBe(0);
  await page.goto(`${inject("pageUrl")}?again${link("moved/before.ckpt", "good/after.ckpt")}`);
  await response(page, "Fetch");
  await dialog.getByText(/has moved the image/).waitFor();
  await response(page, "Fetch");
  const opened = `open=http://${other}/good/before.ckpt&with=${server.url}good/after.ckpt`;
  await page.waitForURL((url) => decodeURIComponent(url.hash).includes(opened));
});

test("a link asks before it fetches, and says from where", async () => {
  const { page } = await visit({ fragment: link("good/before.ckpt") });
  const dialog = page.getByRole("dialog", { name: "Fetch an image" });
  await dialog.getByText(`This link opens an image from ${hostName()}. Fetch it?`).waitFor();
  await dialog.getByText(/on this machine or in a private network/).waitFor();
  expect(server.requests).toEqual([]);
  await response(page, "Cancel");
  await page.getByText("Drop a checkpoint image, or two to compare").waitFor();
  expect(server.requests).toEqual([]);
  await page.goto(`${inject("pageUrl")}?again${link("good/before.ckpt")}`);
  await response(page, "Fetch");
  await descriptors(page).waitFor();
  await page.getByRole("banner").getByText(`from ${hostName()}`).waitFor();
  expect(server.requests).toEqual(["GET /good/before.ckpt bytes=0-65535"]);
  expect(server.headers[0]).not.toHaveProperty("referer");
  // The browser remembers the answer.
  await page.reload();
  await descriptors(page).waitFor();
  await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
});

test("a typed or pasted address opens, and a link to it opens the same view without asking", async () => {
  const { page } = await visit();
  await openTyped(page, `${server.url}good/before.ckpt`);
  await descriptors(page).waitFor();
  await page.getByRole("grid").getByRole("row").filter({ hasText: "server.log" }).click();
  await page.keyboard.press("T");
  await page.keyboard.press("u");
  await page
    .getByText("Copied the link, which others can open only if they can reach this machine or network")
    .waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(`${inject("pageUrl")}#v=1&open=${server.url}good/before.ckpt&select=4242:3&hide=tree`);
  await page.goto("about:blank");
  await page.goto(copied);
  await page.getByRole("region", { name: "Inspector" }).getByRole("heading", { name: /^3 → / }).waitFor();
  await expect.poll(() => page.getByRole("tree", { name: /^Tasks/ }).count()).toBe(0);
  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
  }, `${server.url}good/after.ckpt\n`);
  await page.getByRole("banner").getByText("after.ckpt").waitFor();
});

test("two addresses are compared", async () => {
  const { page } = await visit({ fragment: link("good/before.ckpt", "whole/after.ckpt") });
  await response(page, "Fetch");
  await page.getByRole("radio", { name: "after after.ckpt" }).waitFor({ state: "attached" });
  await page.getByRole("radio", { name: "before before.ckpt" }).waitFor({ state: "attached" });
});

test("at most 1 % of a 1 GiB image with 1,000 objects is fetched", async () => {
  const { page } = await visit();
  await openTyped(page, `${server.url}good/gib.ckpt`);
  await page.getByRole("banner").getByText("1,000 descriptors").waitFor();
  await page.getByRole("banner").getByText("1.0 GiB").waitFor();
  await page.getByRole("grid").getByRole("row").nth(1).click();
  const inspector = page.getByRole("region", { name: "Inspector" });
  await inspector.getByRole("button", { name: /^Raw fields/ }).click();
  await inspector.getByRole("row").filter({ hasText: "fd_descriptor" }).first().waitFor();
  expect(server.sent()).toBeGreaterThan(50_000);
  expect(server.sent()).toBeLessThan(2 ** 30 / 100);
});

test("a host that exposes only the required headers is enough", async () => {
  const { page } = await visit();
  await openTyped(page, `${server.url}terse/many.ckpt`);
  await page.getByRole("banner").getByText("10,000 descriptors").waitFor();
  expect(server.requests).toContain("HEAD /terse/many.ckpt");
  // No preflight: the requests are simple ones.
  expect(server.requests.filter((line) => line.startsWith("OPTIONS"))).toEqual([]);
});

test("a file from a host without range requests is read whole, with progress and Cancel", async () => {
  const { page } = await visit();
  await openTyped(page, `${server.url}whole/many.ckpt`);
  await page.getByRole("banner").getByText("10,000 descriptors").waitFor();
  expect(server.requests.length).toBe(1);
  await openTyped(page, `${server.url}endless/many.ckpt`);
  const opening = page.getByRole("region", { name: "Opening" });
  await opening.getByText(/ of .*B/).waitFor();
  await opening.getByRole("button", { name: "Cancel" }).click();
  await opening.waitFor({ state: "detached" });
  await page.getByRole("banner").getByText("10,000 descriptors").waitFor();
});

test("an image on a slow host shows progress and opens", async () => {
  const { page } = await visit();
  await openTyped(page, `${server.url}slow/many.ckpt`);
  await page.getByRole("region", { name: "Opening" }).waitFor();
  await page.getByRole("banner").getByText("10,000 descriptors").waitFor();
});

for (const [path, sentence] of [
  [
    "nocors/before.ckpt",
    /can be reached, but does not let this page read before\.ckpt.*Access-Control-Allow-Origin: http:\/\/127/,
  ],
  ["missing/before.ckpt", /has no before\.ckpt at this address \(404\)/],
  ["forbidden/before.ckpt", /does not allow public access to before\.ckpt \(403\)/],
  ["html/before.ckpt", /a web page instead of an image/],
  ["changing/gib.ckpt", /gib\.ckpt was changed on .* since it was opened/],
  ["broken/gib.ckpt", /The connection to .* broke while gib\.ckpt was being read/],
] as const) {
  test(`${path} is reported with its cause`, async () => {
    const { page } = await visit();
    await openTyped(page, server.url + path);
    await page.getByRole("alert").getByText(sentence).waitFor();
    visit.forgive();
  });
}

test("an unreachable host is reported as such", async () => {
  const { page } = await visit();
  await openTyped(page, "http://127.0.0.1:9/x.ckpt");
  await page
    .getByRole("alert")
    .getByText(/127\.0\.0\.1:9 cannot be reached/)
    .waitFor();
  visit.forgive();
});

test("a request whose connection breaks is repeated once", async () => {
  const { page } = await visit();
  await openTyped(page, `${server.url}flaky/many.ckpt`);
  await page.getByRole("banner").getByText("10,000 descriptors").waitFor();
  visit.forgive();
});

for (const [address, sentence] of [
  ["javascript:alert(1)", /begin with javascript: are not opened/],
  ["file:///etc/passwd", /Drop the file on the page/],
  ["data:text/html,x", /begin with data:/],
  ["https://me:secret@127.0.0.1/x", /user name or password/],
] as const) {
  test(`a link to ${address} is refused`, async () => {
    const { page } = await visit({ fragment: `#open=${encodeURIComponent(address)}` });
    await page.getByRole("alert").getByText(sentence).waitFor();
    await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
  });
}

test("a huge link is refused with a reason", async () => {
  const { page } = await visit({ fragment: `#filter=${"a".repeat(200_000)}` });
  await page
    .getByRole("alert")
    .getByText(/This link is too long/)
    .waitFor();
});

test("back and forward go through what was opened", async () => {
  const { page } = await visit();
  await openTyped(page, `${server.url}good/before.ckpt`);
  await page.getByRole("banner").getByText("before.ckpt").waitFor();
  await openTyped(page, `${server.url}good/after.ckpt`);
  await page.getByRole("banner").getByText("after.ckpt").waitFor();
  await page.getByRole("grid").getByRole("row").nth(1).click();
  await page.waitForFunction(() => window.location.hash.includes("select="));
  await page.goBack();
  await page.waitForFunction(() => !window.location.hash.includes("select="));
  await page.getByRole("banner").getByText("after.ckpt").waitFor();
  await page.goBack();
  await page.getByRole("banner").getByText("before.ckpt").waitFor();
  await page.goForward();
  await page.getByRole("banner").getByText("after.ckpt").waitFor();
  await page.goForward();
  await page.waitForFunction(() => window.location.hash.includes("select="));
  await page.goBack();
  await page.goBack();
  await page.goBack();
  await page.getByText("Drop a checkpoint image, or two to compare").waitFor();
});

test("an open image causes no requests, whatever its paths contain", async () => {
  const { page, requests } = await visit();
  const bytes = fixture("linux-cr/v23-s1/before.ckpt").slice();
  const evil = new TextEncoder().encode(`<img src=${server.url}x>`);
  bytes.set(evil.subarray(0, "/var/log/app/server.log".length), Buffer.from(bytes).indexOf("/var/log/app/server.log"));
  await drop(page, [{ name: `<img src="${server.url}y">.ckpt`, bytes }]);
  await page.getByRole("grid").getByRole("row").filter({ hasText: "<img" }).first().click();
  const before = requests.length;
  for (const key of ["1", "2", "3", "4", "5", "6"]) await page.keyboard.press(key);
  for (const dialog of ["?", "D"]) {
    await page.keyboard.press(dialog);
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
  }
  await page.keyboard.press("U");
  await page
    .getByRole("dialog", { name: "A link with the image inside" })
    .getByText(/^The link has [\d,]+ characters/)
    .waitFor();
  expect(requests.slice(before).filter((url) => !url.startsWith(inject("pageUrl")))).toEqual([]);
  expect(server.requests).toEqual([]);
});
