// The worker's entry point. A worker's global scope is its port.

import { busyLock } from "./busy-lock.ts";
import { stoppableMatcher } from "./pattern-matcher.ts";
import { type Port, serve } from "./serve.ts";

serve(globalThis as unknown as Port, stoppableMatcher, busyLock(self.name));
