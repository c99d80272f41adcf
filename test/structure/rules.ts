// What each folder may import: an allow-list. A folder may import itself and what its rule names, nothing else.
//
// A rule covers the files of its folder and of all subfolders without a rule of their own. A rule
// may be about one file, and may name single files. Names are relative to app/; "npm:react" is a
// package with all its parts, "node:" is Node.

import { posix } from "node:path";
import type { Rules } from "./imports.ts";

/** What the worker and the command line build on. */
const CORE =
  "model decoder decoder/open.ts decoder/find-images.ts decoder/summary.ts decoder/archive decoder/memory decoder/linux-cr decoder/criu encoder checks memory resources resources/read.ts diff export link";
/** The worker as the page sees it. */
const WORKER = "worker/client.ts worker/protocol.ts worker/memory-protocol.ts";
/** Tables of names, which the page knows before it opens anything. */
const NAMES = "decoder/dialects.ts decoder/criu/format/member-names.ts decoder/clutter.ts";
/** What draws. */
const VIEW =
  "npm:react npm:react-dom npm:d3-selection npm:d3-zoom npm:@tanstack/react-table npm:@tanstack/react-virtual";

const rules: Readonly<Record<string, string>> = {
  // Pure code: no React, no Node, no d3. tsconfig.pure.json keeps the DOM out.
  model: "",
  decoder: "model decoder/memory/memory.ts",
  "decoder/archive": "model decoder/source.ts decoder/limits.ts npm:fzstd",
  "decoder/memory": "model decoder decoder/archive/compression/lz4.ts",
  "decoder/linux-cr": "model decoder decoder/memory",
  "decoder/criu": "model decoder decoder/archive decoder/memory",
  "decoder/find-images.ts": "model decoder decoder/archive decoder/linux-cr decoder/criu",
  "decoder/open.ts": "model decoder decoder/find-images.ts decoder/archive decoder/linux-cr decoder/criu",
  "decoder/summary.ts": "model decoder decoder/open.ts decoder/find-images.ts decoder/criu",
  "decoder/dialects.ts": "model decoder/linux-cr/catalogue/dialect-names.ts decoder/criu/format/dialect-names.ts",
  encoder: "model decoder decoder/linux-cr",
  checks: "model decoder decoder/linux-cr decoder/criu",
  memory: "model decoder decoder/memory",
  resources: "model decoder",
  "resources/criu":
    "model decoder decoder/archive/compression/checksums.ts decoder/archive/tar-entries.ts decoder/criu resources",
  "resources/linux-cr": "model decoder decoder/linux-cr resources",
  "resources/read.ts": "model decoder resources resources/criu resources/linux-cr",
  diff: "model resources",
  export: "model checks resources diff",
  link: "model decoder decoder/archive/compression/checksums.ts diff",
  graph: "model diff npm:d3-array npm:d3-path npm:d3-scale",
  sources: "model decoder/source.ts link",

  // The worker, where all of the above meet.
  worker: `worker/pieces.ts ${CORE} sources graph ${WORKER}`,
  "worker/protocol.ts":
    "model resources decoder checks diff export/tables/delimited.ts graph link worker/memory-protocol.ts",
  "worker/memory-protocol.ts": "model decoder/memory memory",
  "worker/client.ts": "model decoder link worker/protocol.ts",
  "worker/pieces.ts": "decoder/source.ts",

  // The page, which speaks to the worker through its client and its protocol.
  shell: `model resources decoder/memory/memory.ts decoder/source.ts decoder/find-bytes.ts diff export link worker/pieces.ts ${WORKER} ${NAMES} npm:react`,
  components: `model resources decoder/memory/memory.ts memory/words.ts worker/memory-protocol.ts checks/finding.ts checks/needs.ts checks/subject.ts checks/host/report.ts diff export link graph worker/protocol.ts shell ${NAMES} ${VIEW}`,
  offline: "shell",
  "page.tsx": "shell components npm:react npm:react-dom",
  "trusted-scripts.ts": "",
  "main.tsx": "page.tsx trusted-scripts.ts shell offline worker worker/client.ts",
  "report.tsx": "page.tsx shell link worker worker/client.ts",

  // The command line, and the plugins of the build.
  "../cli": `${CORE} ../cli/dump ../cli/live-facts ../package.json node: npm:koffi`,
  "../cli/dump": "model decoder/linux-cr encoder ../cli node: npm:koffi",
  "../cli/live-facts": "model checks ../cli ../cli/dump node:",
  "../build": "npm:vite node:",
};

const path = (name: string): string =>
  name.startsWith("npm:") || name === "node:" ? name : posix.normalize(posix.join("app", name));

export const MAY_IMPORT: Rules = Object.fromEntries(
  Object.entries(rules).map(([name, names]) => [path(name), names.split(" ").map(path)]),
);
