// Finds a browser for tests and measurements.

import { existsSync } from "node:fs";
import chromiumPackage from "@sparticuz/chromium";

/** Path of the browser: CKPTSCOPE_CHROMIUM, an installed browser, or the one in the development dependencies. */
export async function browserPath(): Promise<string> {
  const installed = [
    process.env.CKPTSCOPE_CHROMIUM,
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/usr/bin/google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  ];
  return installed.find((path) => path && existsSync(path)) ?? (await chromiumPackage.executablePath());
}
