// The restore view: what a restore needs, and the comparison with facts of a host that are dropped on the page.

import { readdirSync } from "node:fs";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { otherHost } from "../support/host-facts.ts";
import { accessibilityFaults, drop, fixture, openBrowser } from "./support.ts";

const visit = openBrowser();

const SET = "criu/verdicts/files";

async function openSet(page: Page): Promise<void> {
  const names = readdirSync(new URL(`../fixtures/${SET}`, import.meta.url));
  await drop(
    page,
    names.map((name) => ({ name, bytes: fixture(`${SET}/${name}`) })),
  );
  await page.getByRole("grid", { name: "Descriptors" }).waitFor();
}

const dropFacts = (page: Page, text: string): Promise<void> =>
  drop(page, [{ name: "host.json", bytes: new TextEncoder().encode(text) }]);

test("without facts it lists what would be compared, and how to make them", async () => {
  const { page } = await visit();
  await openSet(page);
  await page.keyboard.press("w");
  await page.getByText("ckptscope facts --for IMAGE -o host.json").waitFor();
  await page.getByRole("table", { name: "Files" }).getByText("/tmp/w/verdicts/files/data/rw.txt").waitFor();
  await page.waitForURL(/show=restore/);
  expect(await accessibilityFaults(page)).toEqual([]);
});

test("facts that are dropped are compared: refusals with recorded → actual, each leading to its object", async () => {
  const { page } = await visit();
  await openSet(page);
  // A count is said once it is known.
  const tab = page.getByRole("tab", { name: /^Restore/ });
  expect(await tab.textContent()).toMatch(/^Restore\s*$/);
  await dropFacts(page, JSON.stringify(otherHost()));
  await page.getByText("CRIU would refuse to restore it on other.", { exact: false }).first().waitFor();
  await expect.poll(() => tab.textContent()).toMatch(/^Restore [1-9]\d* errors?$/);
  const differences = page.getByRole("region", { name: "What differs" });
  await differences.getByText("100 bytes → 101 bytes").waitFor();
  const line = differences.getByRole("listitem").filter({ hasText: "100 bytes → 101 bytes" });
  await line.getByRole("button", { name: "pid 4717 fd 3" }).click();
  await page.waitForURL(/select=4717:3/);
  expect(await accessibilityFaults(page)).toEqual([]);
});

test("facts that are cut are refused with a sentence, and the image stays open", async () => {
  const { page } = await visit();
  await openSet(page);
  await dropFacts(page, JSON.stringify(otherHost()).slice(0, 900));
  await page.getByText("not valid JSON", { exact: false }).waitFor();
  await page.getByRole("grid", { name: "Descriptors" }).waitFor();
});
