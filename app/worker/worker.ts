// The worker's entry point. In a worker, the global scope is the port.

import { type Port, serve } from "./serve.ts";

serve(globalThis as unknown as Port);
