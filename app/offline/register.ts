// Makes the page work without a network, and opens the files that the desktop hands to the installed page.

import { groupImages, pickedFiles } from "../shell/inputs.ts";
import type { Shell } from "../shell/shell.ts";

/** Not in all browsers: https://developer.mozilla.org/docs/Web/API/LaunchQueue */
interface LaunchQueue {
  setConsumer(consumer: (params: { readonly files?: readonly { getFile(): Promise<File> }[] }) => void): void;
}

/** Milliseconds after the start until the page's files are fetched to be kept. */
const WAIT = 2000;

/** Registers the service worker that the build made, where browsers allow one. */
export function workOffline(): void {
  // A page that the command line serves is at its address just once.
  const once = document.querySelector('meta[name="offline"][content="no"]') !== null;
  if (once || !import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  // Not while the user waits for the page. Without it the page works as well, with a network.
  setTimeout(() => navigator.serviceWorker.register("service-worker.js").catch(() => {}), WAIT);
}

/** Opens files that the page was launched with. */
export function openLaunched(shell: Shell): void {
  const { launchQueue } = window as { readonly launchQueue?: LaunchQueue };
  launchQueue?.setConsumer(({ files = [] }) => {
    if (files.length === 0) return;
    Promise.all(files.map((handle) => handle.getFile())).then(
      (opened) => shell.receive(groupImages(pickedFiles(opened))),
      () => shell.fail({ message: "The file could not be read.", advice: "Drop it on the page instead." }),
    );
  });
}
