// Opens the user's browser.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ["open"],
  // `start` would take an & in the address for the end of a command.
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** Opens an address in the default browser; does nothing without a display, in CI, or where BROWSER is "none". */
export function openBrowser(address: string): void {
  const { platform, env } = process;
  const headless = platform === "linux" && !env.DISPLAY && !env.WAYLAND_DISPLAY;
  if (headless || env.CI || env.BROWSER === "none") return;
  const [command, ...args] = OPENERS[platform] ?? ["xdg-open"];
  const child = spawn(command, [...args, address], { stdio: "ignore", detached: true });
  // No browser could be started; the address was printed as well.
  child.on("error", () => {});
  child.unref();
}

/**
 * Opens an address with a secret in it. Every user of the machine can read the arguments of a process, so the browser
 * gets a file that only this user can read and that leads to the address. Returns a function that deletes the file.
 */
export function openSecretly(address: string, open: (address: string) => void = openBrowser): () => void {
  let folder: string;
  try {
    // Readable for this user alone.
    folder = mkdtempSync(join(tmpdir(), "ckptscope-"));
    const file = join(folder, "open.html");
    writeFileSync(file, redirectPage(address), { mode: 0o600, flag: "wx" });
    open(pathToFileURL(file).href);
  } catch {
    // The address was printed as well.
    return () => {};
  }
  return () => rmSync(folder, { recursive: true, force: true });
}

/** A page that leads to an address. */
function redirectPage(address: string): string {
  const escaped = address.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>ckptscope</title>',
    '<meta name="referrer" content="no-referrer">',
    `<meta http-equiv="refresh" content="0; url=${escaped}">`,
    `</head><body><a href="${escaped}">Open the images</a></body></html>`,
    "",
  ].join("\n");
}
