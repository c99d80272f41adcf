// The worker's entry point. A worker's global scope is its port.

import { createZstdUnpacker } from "../decoder/archive/compression/zstd-wasm.ts";
import { busyLock } from "./busy-lock.ts";
import { stoppableMatcher } from "./pattern-matcher.ts";
import { type Port, serve } from "./serve.ts";
import { webUnpackers } from "./web-unpackers.ts";

// The page's policy does not apply to workers, and does not allow WebAssembly.
serve(globalThis as unknown as Port, {
  matchPattern: stoppableMatcher,
  unpackers: webUnpackers(createZstdUnpacker()),
  busy: busyLock(self.name),
});
