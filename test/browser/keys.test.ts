// The page used with the keyboard alone.

import { expect, test } from "vitest";
import { bigDescription, encodeAll } from "../support/images.ts";
import { drop, fixture, openBrowser } from "./support.ts";

const visit = openBrowser();
/** Large enough for the worker to lay out its drawing. */
const large = encodeAll(bigDescription({ tasks: 30, descriptorsPerTask: 100 }), { dialect: "v23-rc2" }).bytes;
const server = [{ name: "server.ckpt", bytes: fixture("linux-cr/v23-s1/before.ckpt") }];

test("? lists the keys, and Escape closes the list", async () => {
  const { page } = await visit();
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keys and filters" });
  await help.getByText("Find…", { exact: true }).waitFor();
  await help.getByText("a number: equal, in a range, greater").waitFor();
  await page.keyboard.press("Escape");
  await help.waitFor({ state: "detached" });
});

test("the palette runs a command found by its words", async () => {
  const { page } = await visit();
  await drop(page, server);
  await page.getByRole("grid").waitFor();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("show rec");
  await page.keyboard.press("Enter");
  await page.getByRole("treegrid", { name: "Records" }).waitFor();
});

test("find selects its result in every view", async () => {
  const { page } = await visit();
  await drop(page, server);
  await page.getByRole("grid").waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("SERVER.log");
  await page.getByRole("option").filter({ hasText: "/var/log/app/server.log" }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  const inspector = page.getByRole("region", { name: "Inspector" });
  await inspector.getByRole("heading", { name: "/var/log/app/server.log" }).waitFor();
  await page.keyboard.press("/");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.type("4242:1");
  await page.getByRole("dialog").getByRole("option").first().waitFor();
  await page.keyboard.press("Enter");
  await inspector.getByRole("heading", { name: /^1 →/ }).waitFor();
});

test("the tree, the drawing, the tables and the inspector are reached by keys", async () => {
  const { page } = await visit();
  await drop(page, server);
  await page.getByRole("grid").waitFor();
  await page.keyboard.press("t");
  await page.keyboard.press("Enter");
  const inspector = page.getByRole("region", { name: "Inspector" });
  await inspector.getByRole("heading", { name: "4242 server" }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("ArrowRight");
  await inspector.getByRole("heading", { name: "of 4242 server" }).waitFor();
  await page.keyboard.press("i");
  await expect.poll(() => inspector.evaluate((element) => element === document.activeElement)).toBe(true);
  await page.keyboard.press("Escape");
  // Without a selection there is no inspector.
  await inspector.waitFor({ state: "detached" });
});

test("panels are resized with the arrow keys", async () => {
  const { page } = await visit();
  await drop(page, server);
  await page.getByRole("grid").getByRole("row").nth(1).click();
  const splitter = page.getByRole("separator", { name: "Width of the inspector" });
  await splitter.focus();
  const before = Number(await splitter.getAttribute("aria-valuenow"));
  await page.keyboard.press("ArrowLeft");
  await expect.poll(async () => Number(await splitter.getAttribute("aria-valuenow"))).toBe(before + 16);
});

test("keys that are typed into a field are text", async () => {
  const { page } = await visit();
  await drop(page, server);
  await page.getByRole("grid").waitFor();
  await page.keyboard.press("f");
  await page.keyboard.type("o?/1");
  await expect.poll(() => page.getByRole("searchbox").inputValue()).toBe("o?/1");
  await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
});

test.each([
  ["g", ".drawing-tree [tabindex='0']"],
  ["t", "#tree"],
  ["l", "#grid"],
  ["i", "#inspector"],
])("%s that is pressed as soon as an image is open acts when its part of the page appears", async (key, place) => {
  const { page } = await visit();
  await page.evaluate((pressed) => {
    const observer = new MutationObserver(() => {
      if (document.querySelector(".workspace") === null) return;
      observer.disconnect();
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key: pressed, bubbles: true }));
    });
    observer.observe(document.body, { childList: true, subtree: true });
  }, key);
  await drop(page, [{ name: "large.ckpt", bytes: large }]);
  await expect.poll(() => page.evaluate((at) => document.activeElement?.matches(at), place)).toBe(true);
});
