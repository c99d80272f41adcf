// Makes the page work offline, and opens files that the desktop passes to the installed page.

import { inputOfFiles, pickedFiles } from "../shell/opening/inputs.ts";
import type { Shell } from "../shell/shell.ts";

/** Chromium only: https://developer.mozilla.org/docs/Web/API/LaunchQueue */
interface LaunchQueue {
  setConsumer(consumer: (params: { readonly files?: readonly FileSystemFileHandle[] }) => void): void;
}

/**
 * Delay before registering, in ms, so that the service worker's fetches do not compete with the page's loading; and
 * again for as long as an image is being opened.
 */
const WAIT = 2000;

/** Registers the service worker, if the browser allows one. */
export function workOffline({ store }: Pick<Shell, "store">): void {
  // The command line serves the page at a temporary port, where another page may be served later.
  const isTemporary = document.querySelector('meta[name="offline"][content="no"]') !== null;
  if (isTemporary || !import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  const register = (): void => {
    if (store.get().opening !== null) setTimeout(register, WAIT);
    // If this fails, the page still works online.
    else navigator.serviceWorker.register("service-worker.js").catch(() => {});
  };
  setTimeout(register, WAIT);
}

/** Opens the files that the page was launched with. */
export function openLaunched(shell: Shell): void {
  const { launchQueue } = window as { readonly launchQueue?: LaunchQueue };
  launchQueue?.setConsumer(({ files = [] }) => {
    if (files.length === 0) return;
    Promise.all(files.map((handle) => handle.getFile())).then(
      (opened) => shell.receive(inputOfFiles(pickedFiles(opened), files)),
      () => shell.fail({ message: "Could not read the file.", advice: "Drop it on the page instead." }),
    );
  });
}
