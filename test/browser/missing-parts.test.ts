// Parts of the page that cannot be loaded: the network is gone, or the host has a newer version.

import { expect, test } from "vitest";
import { drop, fixture, openBrowser } from "./support.ts";

const visit = openBrowser();

const IMAGE = { name: "before.ckpt", bytes: fixture("linux-cr/v23-s1/before.ckpt") };

test("a dialog that cannot be loaded leaves the image open and the keys working", async () => {
  const { page } = await visit();
  await page.route(/\/assets\/(Dialogs|Share)-/, (route) => route.abort());
  await page.reload();
  await drop(page, [IMAGE]);
  await page.getByRole("grid").waitFor();
  await page.keyboard.press("?");
  await page.getByText("A part of the page could not be loaded.").waitFor();
  await page.keyboard.press("2");
  await expect.poll(() => page.getByRole("tab", { name: /^Open files/ }).getAttribute("aria-selected")).toBe("true");
  visit.forgive();
});

test("views that cannot be loaded are reported, and the image opens after a reload with the network", async () => {
  const { page } = await visit();
  await page.route(/\/assets\/(Opened|Recent)-/, (route) => route.abort());
  await page.reload();
  await page.locator(".app").waitFor();
  await drop(page, [IMAGE]);
  await page.getByRole("alert").getByText("A part of the page could not be loaded.").waitFor();
  await page.unroute(/\/assets\/(Opened|Recent)-/);
  await page.reload();
  await page.locator(".app").waitFor();
  await drop(page, [IMAGE]);
  await page.getByRole("grid").waitFor();
  visit.forgive();
});

test("with a dialog open, Back closes the image and the dialog, and keys work", async () => {
  const { page } = await visit();
  await drop(page, [IMAGE]);
  await page.getByRole("grid").waitFor();
  await page.keyboard.press("D");
  await page.getByRole("dialog").waitFor();
  await page.goBack();
  await page.getByRole("button", { name: "Open before.ckpt again" }).waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys and filters" }).waitFor();
});
