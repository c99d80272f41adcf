// Serves the page for all browser tests. Builds it first, unless CKPTSCOPE_PAGE names the folder of a fresh build.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "vite";
import type { TestProject } from "vitest/node";
import { servePage } from "../../cli/http/page.ts";
import { browserPath } from "../support/browser.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the page is, with a slash at the end. */
    readonly pageUrl: string;
    /** The folder of the built page. */
    readonly pageFolder: string;
    /** The browser to start. */
    readonly browserPath: string;
  }
}

async function buildPage(folder: string): Promise<void> {
  // Vitest sets "test", but the page is tested as it is shipped.
  process.env.NODE_ENV = "production";
  await build({ logLevel: "error", configFile: "vite.config.ts", build: { outDir: folder, emptyOutDir: true } });
  await build({ logLevel: "error", configFile: "vite.report.config.ts", build: { outDir: folder } });
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const built = process.env.CKPTSCOPE_PAGE;
  const folder = built === undefined ? mkdtempSync(join(tmpdir(), "ckptscope-page-")) : resolve(built);
  if (built === undefined) await buildPage(folder);
  project.provide("pageFolder", folder);
  // Here, and not in each test file: it may unpack a browser, which two workers must not do at once.
  project.provide("browserPath", await browserPath());
  const { address, close } = await servePage(folder);
  project.provide("pageUrl", address);
  return async () => {
    await close();
    if (built === undefined) rmSync(folder, { recursive: true, force: true });
  };
}
