// Runs the benchmarks: `npm run bench`, or `npm run bench -- linux-cr` for one of them. Each runs in a process of its
// own: what one leaves in memory, and what V8 learned in it, would change the figures of the next.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Each is loaded when it runs: making the images of the others takes time and memory. */
const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  "linux-cr": async () => (await import("./linux-cr.ts")).linuxCr(),
  criu: async () => (await import("./criu.ts")).criu(),
  archives: async () => (await import("./archives.ts")).archives(),
  diff: async () => (await import("./diff.ts")).diffs(),
  commands: async () => (await import("./commands.ts")).commands(),
  "compare-page": async () => (await import("./compare-page.ts")).comparePage(),
  "first-drawing": async () => (await import("./first-drawing.ts")).firstDrawing(),
  dump: async () => (await import("./live-dump.ts")).liveDump(),
  host: async () => (await import("./host.ts")).hostFacts(),
  memory: async () => (await import("./memory.ts")).memorySearch(),
};

const wanted = process.argv.slice(2);
const chosen = Object.keys(BENCHES).filter((name) => wanted.length === 0 || wanted.includes(name));
if (chosen.length === 1) await BENCHES[chosen[0] ?? ""]?.();
else {
  for (const name of chosen) {
    const { status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), name], { stdio: "inherit" });
    if (status !== 0) process.exitCode = 1;
  }
}
