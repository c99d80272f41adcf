// Runs the benchmarks: `npm run bench`, or `npm run bench -- linux-cr` for one of them.

import { commands } from "./commands.ts";
import { comparePage } from "./compare-page.ts";
import { criu } from "./criu.ts";
import { diffs } from "./diff.ts";
import { linuxCr } from "./linux-cr.ts";
import { liveDump } from "./live-dump.ts";
import { memorySearch } from "./memory.ts";

const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  "linux-cr": linuxCr,
  criu,
  diff: diffs,
  commands,
  "compare-page": comparePage,
  dump: liveDump,
  memory: memorySearch,
};

const wanted = process.argv.slice(2);
for (const [name, bench] of Object.entries(BENCHES)) if (wanted.length === 0 || wanted.includes(name)) await bench();
