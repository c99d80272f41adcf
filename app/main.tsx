// The page's entry point: the worker, the shell around it, and the components around that.

import { openLaunched, workOffline } from "./offline/register.ts";
import { showPage } from "./page.tsx";
import { pageStorage } from "./shell/opening/link-memory.ts";
import { createShell } from "./shell/shell.ts";
import { trustOwnScripts } from "./trusted-scripts.ts";
import { isBusy } from "./worker/busy-lock.ts";
import { createClient } from "./worker/client.ts";

trustOwnScripts();
/** Also the name of the worker's lock, and so different from those of other tabs. */
const name = `ckptscope ${performance.timeOrigin} ${Math.random()}`;
const worker = new Worker(new URL("./worker/worker.ts", import.meta.url), { type: "module", name });
const shell = createShell(createClient(worker, () => isBusy(name)));
showPage(shell);
openLaunched(shell);
workOffline(shell);
// Without these, the page works but remembers nothing.
const notLoaded = (): void => {};
import("./shell/opening/recent.ts").then(({ rememberOpenings }) => rememberOpenings(shell)).catch(notLoaded);
import("./shell/seen.ts").then(({ rememberSeen }) => rememberSeen(shell, pageStorage())).catch(notLoaded);
// Loaded before it is needed. If that fails, the first comparison reports it.
import("./shell/comparing.ts").catch(notLoaded);
