// Opens the user's browser.

import { spawn } from "node:child_process";

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
