// Builds the page once for all browser tests and serves it on a port of this machine.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import type { TestProject } from "vitest/node";
import { servePage } from "../../cli/http/page.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the page is, with a slash at the end. */
    readonly pageUrl: string;
    /** The folder of the built page. */
    readonly pageFolder: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "ckptscope-page-"));
  // Vitest says "test"; the page is to be tested as it is shipped.
  process.env.NODE_ENV = "production";
  await build({ logLevel: "error", configFile: "vite.config.ts", build: { outDir: folder, emptyOutDir: true } });
  await build({ logLevel: "error", configFile: "vite.report.config.ts", build: { outDir: folder } });
  project.provide("pageFolder", folder);
  const { address, close } = await servePage(folder);
  project.provide("pageUrl", address);
  return async () => {
    await close();
    rmSync(folder, { recursive: true, force: true });
  };
}
