// The page's entry point: the worker, the shell around it, and the components around that.

import { openLaunched, workOffline } from "./offline/register.ts";
import { showPage } from "./page.tsx";
import { pageStorage } from "./shell/link-memory.ts";
import { createShell } from "./shell/shell.ts";
import { trustOwnScripts } from "./trusted-scripts.ts";
import { createClient } from "./worker/client.ts";

trustOwnScripts();
const worker = new Worker(new URL("./worker/worker.ts", import.meta.url), { type: "module" });
const shell = createShell(createClient(worker));
showPage(shell);
openLaunched(shell);
workOffline();
void import("./shell/recent.ts").then(({ rememberOpenings }) => rememberOpenings(shell));
void import("./shell/seen.ts").then(({ rememberSeen }) => rememberSeen(shell, pageStorage()));
