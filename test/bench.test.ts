// The benchmarks, which no other test runs.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");

/** The modules that main.ts loads. */
const MODULES = [
  ...readFileSync(join(ROOT, "test/bench/main.ts"), "utf8").matchAll(/import\("\.\/([\w-]+)\.ts"\)/g),
].map(([, name]) => name ?? "");

test("each loads once built", async () => {
  // Where packages that are not bundled are found.
  const folder = mkdtempSync(join(ROOT, "node_modules/.bench-"));
  try {
    await build({
      root: ROOT,
      configFile: join(ROOT, "vite.bench.config.ts"),
      logLevel: "error",
      build: { outDir: folder, emptyOutDir: true },
    });
    const load = `for (const name of process.argv.slice(1)) console.log(Object.keys(await import(name)).length > 0);`;
    const paths = MODULES.map((name) => join(folder, `${name}.js`));
    const loaded = execFileSync(process.execPath, ["--input-type=module", "-e", load, ...paths], { encoding: "utf8" });
    expect(loaded.trim().split("\n")).toEqual(MODULES.map(() => "true"));
    expect(MODULES.length).toBeGreaterThan(5);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
