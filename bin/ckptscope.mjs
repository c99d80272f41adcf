#!/usr/bin/env node
// Starts the command line. In a checkout it is built first if needed; the package from npm comes built.

import { existsSync } from "node:fs";

const builder = new URL("../cli/build-if-needed.mjs", import.meta.url);
if (existsSync(builder)) {
  const { buildIfNeeded } = await import(builder.href);
  buildIfNeeded();
}
await import("../dist/cli/ckptscope.js");
