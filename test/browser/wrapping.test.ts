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

for (const width of [1440, 1024]) {
  test(`the titles of tables are whole, also that of the column that sorts, at ${width} pixels`, async () => {
    const { page } = await visit({ width, fragment: "#v=1&sample=httpd" });
    await page.locator(".change").first().waitFor();
    await page.keyboard.press("n");
    const cut: string[] = [];
    for (const name of ["Descriptors", "Open files"]) {
      await page.getByRole("tab", { name }).last().click();
      const grid = page.getByRole("grid", { name });
      for (const title of await grid.getByRole("columnheader").all()) {
        await title.getByRole("button").click();
        await expect.poll(() => title.getAttribute("aria-sort")).not.toBe("none");
        cut.push(
          ...(
            await grid.evaluate((element) => {
              const buttons = [...element.querySelectorAll<HTMLElement>(".grid-title button")];
              const isCut = (button: HTMLElement): boolean => {
                const range = document.createRange();
                range.selectNodeContents(button);
                return range.getBoundingClientRect().width > button.clientWidth - 12 + 0.5;
              };
              const wide = element.scrollWidth > element.clientWidth ? ["wider than its panel"] : [];
              return [...buttons.filter(isCut).map(({ textContent }) => textContent ?? ""), ...wide];
            })
          ).map((text) => `${name}: ${text}`),
        );
      }
    }
    expect(cut).toEqual([]);
  });
}

test("flags are whole where the columns have room", async () => {
  const { page } = await visit({ width: 1440, fragment: "#v=1&sample=httpd" });
  await page.locator(".change").first().waitFor();
  await page.getByRole("tab", { name: "Open files" }).click();
  const flags = page.locator(".grid-cell").filter({ hasText: "O_APPEND" });
  await flags.first().waitFor();
  const cut = await flags.evaluateAll((cells) =>
    cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map(({ textContent }) => textContent),
  );
  expect(cut).toEqual([]);
});

test("the name of an image is copied in one line", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=shared-table" });
  const name = page.locator(".head .file-name");
  await name.waitFor();
  expect(await name.locator("span").count()).toBe(2);
  await name.evaluate((element) => getSelection()?.selectAllChildren(element));
  await page.keyboard.press("Control+c");
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe("shared-table.ckpt");
});

test("in a low window the filters leave the room to the changes, and a key opens them", async () => {
  const { page } = await visit({ width: 1024, height: 768, fragment: "#v=1&sample=httpd" });
  const list = page.locator(".changes-list");
  await list.waitFor();
  const share = () =>
    list.evaluate((element) => element.clientHeight / (element.closest(".changes")?.clientHeight ?? Number.NaN));
  expect(await share()).toBeGreaterThan(0.6);
  const fold = page.getByRole("button", { name: "Filters" });
  expect(await fold.getAttribute("aria-expanded")).toBe("false");
  await page.keyboard.press("h");
  await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe("change-filter");
  expect(await fold.getAttribute("aria-expanded")).toBe("true");
  await page.keyboard.type("kind:position");
  await fold.click();
  // What they hide is said while they are folded, too.
  await page.getByText("hidden: by the filter").waitFor();
});

for (const width of [1024, 390]) {
  test(`stepping does not move the page below the bar, at ${width} pixels`, async () => {
    const { page } = await visit({ width, height: 844, fragment: "#v=1&sample=httpd" });
    await page.locator(".head-stepper").waitFor();
    const height = () => page.locator(".head").evaluate((element) => element.clientHeight);
    const before = await height();
    await page.keyboard.press("n");
    await page.locator(".head-stepper").getByText("1 of 10").waitFor();
    expect(await height()).toBe(before);
    // At 1024 pixels everything is in one row.
    if (width > 800) expect(before).toBeLessThan(60);
  });
}

test("long names of fields leave room for their values", async () => {
  const { page } = await visit({ fragment: "#v=1&sample=server" });
  await page.locator("canvas").first().waitFor();
  await page.keyboard.press("b");
  await page.locator(".byte").nth(2).click();
  const fields = page.locator("table.fields");
  await fields.waitFor();
  expect(await fields.getByRole("rowheader", { name: "constants.uts_domainname_len" }).count()).toBe(1);
  const broken = await fields.locator("thead th, td").evaluateAll((cells) =>
    cells.flatMap((cell) => {
      const text = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT).nextNode()?.textContent ?? "";
      const range = document.createRange();
      range.selectNodeContents(cell.querySelector("button") ?? cell);
      return text.length <= 8 && range.getClientRects().length > 1 ? [text] : [];
    }),
  );
  expect(broken).toEqual([]);
});
