// Where lines break, and what is shortened although there is room.

import { expect, test } from "vitest";
import { openBrowser } from "./support.ts";

const visit = openBrowser();

test("no line of a list of links begins with the sign after a link", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=httpd" });
  await page.locator(".change").first().waitFor();
  await page.getByRole("tab", { name: "Open files" }).click();
  await page.locator(".grid-body [role=row]").first().click();
  const note = page.locator(".inspector .note-shared");
  await note.waitFor();
  const { wrapped, atStart } = await note.evaluate((element) => {
    const found: string[] = [];
    let tops = new Set<number>();
    // The list is narrower with every step, so that each item is the last of a line at some width.
    for (let width = 340; width > 120; width--) {
      element.style.width = `${width}px`;
      const left = element.getBoundingClientRect().left + Number.parseFloat(getComputedStyle(element).paddingLeft);
      const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      tops = new Set();
      for (let node = texts.nextNode(); node; node = texts.nextNode()) {
        const range = document.createRange();
        range.setStart(node, 0);
        range.setEnd(node, 1);
        const rect = range.getBoundingClientRect();
        tops.add(Math.round(rect.top));
        if (/^[,.:]/.test(node.textContent ?? "") && rect.left < left + 6) found.push(`${width}: ${node.textContent}`);
      }
    }
    return { wrapped: tops.size, atStart: found };
  });
  expect(wrapped).toBeGreaterThan(3);
  expect(atStart).toEqual([]);
});
