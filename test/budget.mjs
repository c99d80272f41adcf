// Fails if the scripts that the page loads at startup exceed their budget. Runs on dist/, after a build.

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** KiB of gzipped script: the page's entry and its static imports. */
const FIRST_LOAD = 110;

const read = (path) => readFileSync(new URL(`../dist/${path}`, import.meta.url), "utf8");

const seen = new Set();
const open = [...read("index.html").matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(([, path]) => path);
let bytes = 0;
for (let path = open.pop(); path !== undefined; path = open.pop()) {
  if (seen.has(path)) continue;
  seen.add(path);
  const script = read(path);
  bytes += gzipSync(script, { level: 9 }).length;
  for (const [, imported] of script.matchAll(/(?:^|[;}])import(?:[^"'();]*from)?\s*["']\.\/([^"']+\.js)["']/g)) {
    open.push(`assets/${imported}`);
  }
}
const size = bytes / 1024;
console.log(`First load: ${size.toFixed(1)} KiB of gzipped script in ${seen.size} files, of ${FIRST_LOAD} allowed.`);
if (seen.size === 0) throw new Error("index.html loads no script: was it built?");
if (size > FIRST_LOAD) process.exit(1);
