// Makes the pictures of the README from the samples: `npm run screenshots`, which builds the page.

import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";
import { preview } from "vite";
import { browserPath } from "./support/browser.ts";

const FOLDER = "docs/images";

interface Picture {
  readonly file: string;
  readonly theme: "light" | "dark";
  readonly width: number;
  readonly height: number;
  /** Fragment of the page's address. */
  readonly fragment: string;
  /** What must be visible before the picture is taken. */
  readonly ready: string;
}

const PICTURES: readonly Picture[] = [
  { file: "drawing.png", theme: "light", width: 1440, height: 900, fragment: "#sample=shared-table", ready: "canvas" },
  { file: "comparison.png", theme: "light", width: 1440, height: 900, fragment: "#sample=httpd", ready: ".change" },
  {
    file: "comparison-dark.png",
    theme: "dark",
    width: 1440,
    height: 900,
    fragment: "#sample=services",
    ready: ".change",
  },
];

mkdirSync(FOLDER, { recursive: true });
const server = await preview({ preview: { port: 0, host: "127.0.0.1" }, logLevel: "error" });
const url = server.resolvedUrls?.local[0];
if (url === undefined) throw new Error("The preview server has no address");
const browser = await chromium.launch({ executablePath: await browserPath(), args: ["--no-sandbox"] });
try {
  for (const { file, theme, width, height, fragment, ready } of PICTURES) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme: theme });
    await page.goto(url + fragment);
    await page.locator(ready).first().waitFor();
    // The drawing is painted in an animation frame after its scene is made.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    await page.screenshot({ path: `${FOLDER}/${file}` });
    await page.close();
    console.log(`${FOLDER}/${file}`);
  }
} finally {
  await browser.close();
  await server.close();
}
