// The command line as a program of its own, for tests that end it with a signal.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

/** A built program. */
export interface Program {
  /** Its entry, to be run with Node. */
  readonly path: string;
  remove(): void;
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Builds the command line into a folder of its own: dist/ may be missing, out of date, or in use. */
export async function buildProgram(): Promise<Program> {
  // Within the project, where the packages are found.
  const parent = join(ROOT, "node_modules/.cache");
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "program-"));
  await build({
    root: ROOT,
    configFile: join(ROOT, "vite.cli.config.ts"),
    logLevel: "error",
    build: { outDir: folder, emptyOutDir: true },
  });
  return { path: join(folder, "ckptscope.js"), remove: () => rmSync(folder, { recursive: true }) };
}
