// Runs the benchmarks: `npm run bench`, or `npm run bench -- linux-cr` for one of them.

/** Each is loaded when it runs: making the images of the others takes time and memory. */
const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  "linux-cr": async () => (await import("./linux-cr.ts")).linuxCr(),
  criu: async () => (await import("./criu.ts")).criu(),
  archives: async () => (await import("./archives.ts")).archives(),
  diff: async () => (await import("./diff.ts")).diffs(),
  commands: async () => (await import("./commands.ts")).commands(),
  "compare-page": async () => (await import("./compare-page.ts")).comparePage(),
  dump: async () => (await import("./live-dump.ts")).liveDump(),
  host: async () => (await import("./host.ts")).hostFacts(),
  memory: async () => (await import("./memory.ts")).memorySearch(),
};

const wanted = process.argv.slice(2);
for (const [name, bench] of Object.entries(BENCHES)) if (wanted.length === 0 || wanted.includes(name)) await bench();

export {};
