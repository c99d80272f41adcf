// Starts the page.

import { openLaunched, workOffline } from "./offline/register.ts";
import { showPage } from "./page.tsx";
import { createShell } from "./shell/shell.ts";
import { createClient } from "./worker/client.ts";

const worker = new Worker(new URL("./worker/worker.ts", import.meta.url), { type: "module" });
const shell = createShell(createClient(worker));
showPage(shell);
openLaunched(shell);
workOffline();
