// The page while nothing is open.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { accessibilityFaults, drop, fixture, openBrowser } from "./support.ts";

const visit = openBrowser();

test("says how to open an image, and that nothing leaves the browser", async () => {
  const { page } = await visit();
  await page.getByText("Drop a checkpoint image, or two to compare").waitFor();
  await page.getByText("Nothing leaves this browser").waitFor();
  await expect.poll(() => page.getByRole("button", { name: "Open…" }).isEnabled()).toBe(true);
  await expect.poll(() => page.title()).toBe("ckptscope");
});

test("the script of the views is compiled as a whole while it is fetched, that of the first load is not", () => {
  const assets = join(inject("pageFolder"), "assets");
  const script = (name: RegExp) =>
    readdirSync(assets)
      .filter((file) => name.test(file))
      .map((file) => readFileSync(join(assets, file), "utf8").startsWith("//# allFunctionsCalledOnLoad"));
  expect(script(/^Opened-.*\.js$/)).toEqual([true]);
  expect(script(/^(?:index|worker)-.*\.js$/)).not.toContain(true);
});

test("requests nothing but the page's own files, before and after an image is opened", async () => {
  const { page, requests } = await visit();
  await drop(page, [{ name: "server.ckpt", bytes: fixture("linux-cr/v23-s1/before.ckpt") }]);
  await page.getByRole("grid").waitFor();
  expect(requests.length).toBeGreaterThan(2);
  expect(requests.filter((url) => !url.startsWith(inject("pageUrl")) && !url.startsWith("blob:"))).toEqual([]);
});

test("no text becomes markup or a script", async () => {
  const { page } = await visit();
  const results = await page.evaluate(() => {
    const attempt = (action: () => unknown): string => {
      try {
        action();
        return "done";
      } catch (error) {
        return (error as Error).name;
      }
    };
    return [
      attempt(() => document.createElement("div").insertAdjacentHTML("beforeend", "<b>")),
      attempt(() => Object.assign(document.createElement("div"), { innerHTML: "<b>" })),
      attempt(() => Object.assign(document.createElement("script"), { src: "https://other.example/x.js" })),
      attempt(() =>
        (
          window as unknown as { trustedTypes: { createPolicy(name: string, rules: object): void } }
        ).trustedTypes.createPolicy("other", {}),
      ),
    ];
  });
  expect(results).toEqual(["TypeError", "TypeError", "TypeError", "TypeError"]);
  visit.forgive();
});

test("the content security policy forbids scripts, styles and connections from elsewhere", async () => {
  const { page } = await visit();
  const policy = await page.locator("meta[http-equiv='Content-Security-Policy']").getAttribute("content");
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain("unsafe");
  expect(policy).toMatch(
    /; script-src 'self'; style-src 'self'; .*; connect-src 'self' http: https:; worker-src 'self';/,
  );
  const blocked = page.evaluate(
    () =>
      new Promise((resolve) =>
        document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective)),
      ),
  );
  // The page's own fetch, by its own policy; the message that the browser logs for it is expected.
  const failed = page.waitForEvent("console", (message) => message.type() === "error");
  // Addresses that the user gives may be anywhere on the web; nothing else may be connected to.
  await page.evaluate(() => fetch("data:text/plain,x").catch(() => {}));
  expect(await blocked).toBe("connect-src");
  await failed;
  visit.forgive();
});

test("a file that is not an image is refused with a reason and advice", async () => {
  const { page } = await visit();
  await drop(page, [{ name: "notes.txt", bytes: new TextEncoder().encode("hello, world\n") }]);
  const alert = page.getByRole("alert");
  await alert.getByText(/notes\.txt is a text file, not a checkpoint image/).waitFor();
  await alert.getByText(/Open a Linux-CR stream, a CRIU image folder/).waitFor();
  await page.getByText("Drop a checkpoint image, or two to compare").waitFor();
});

test("a chosen file opens", async () => {
  const { page } = await visit();
  const chooser = page.waitForEvent("filechooser");
  await page.keyboard.press("o");
  await (await chooser).setFiles({
    name: "server.ckpt",
    mimeType: "",
    buffer: Buffer.from(fixture("linux-cr/v23-s1/before.ckpt")),
  });
  await page.getByRole("grid", { name: "Descriptors" }).waitFor();
  await expect.poll(() => page.title()).toBe("server.ckpt – ckptscope");
});

for (const theme of ["light", "dark"] as const) {
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const) {
    test(`is accessible, ${theme}, ${width} × ${height}`, async () => {
      const { page } = await visit({ theme, width, height });
      await page.getByText("Nothing leaves this browser").waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
    });
  }
}

test("files that were dragged away unnoticed are no longer waited for once the pointer moves", async () => {
  const { page } = await visit();
  const transfer = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.items.add(new File(["a"], "a.ckpt"));
    return data;
  });
  const waiting = page.getByText("Drop one image to open it, or two to compare them");
  await page.dispatchEvent("body", "dragenter", { dataTransfer: transfer });
  await waiting.waitFor();
  await page.mouse.move(200, 200);
  await waiting.waitFor({ state: "hidden" });
});
