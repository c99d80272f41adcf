// Drives a stock Firefox by Marionette, its own WebDriver protocol: JSON messages over TCP, each after its length and a
// colon. https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Path of Firefox: CKPTSCOPE_FIREFOX, or an installed one; `undefined`: there is none. */
export const FIREFOX = [
  process.env.CKPTSCOPE_FIREFOX,
  "/usr/bin/firefox-esr",
  "/usr/bin/firefox",
  "/Applications/Firefox.app/Contents/MacOS/firefox",
].find((path) => path !== undefined && existsSync(path));

export interface Firefox {
  navigate(url: string): Promise<void>;
  /** Runs the body of a function in the page. */
  run<T>(body: string, ...args: unknown[]): Promise<T>;
  /** Waits until an expression is true in the page; fails after half a minute. */
  until(expression: string): Promise<void>;
  /** Presses keys as a user does. */
  press(keys: string): Promise<void>;
  /** The folder of downloads. */
  readonly downloads: string;
  quit(): Promise<void>;
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });

/** Calls `use` for each message that arrives. */
function onMessages(socket: Socket, use: (message: unknown) => void): void {
  let rest = Buffer.alloc(0);
  socket.on("data", (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    for (let colon = rest.indexOf(58); colon > 0; colon = rest.indexOf(58)) {
      const end = colon + 1 + Number(rest.subarray(0, colon).toString());
      if (rest.length < end) return;
      use(JSON.parse(rest.subarray(colon + 1, end).toString()));
      rest = rest.subarray(end);
    }
  });
}

/** Connects as soon as Firefox listens. */
function connected(port: number, hasEnded: () => boolean): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const attempt = (): void => {
      if (hasEnded()) reject(new Error("Firefox ended before it listened"));
      if (hasEnded()) return;
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => resolve(socket));
      socket.once("error", () => setTimeout(attempt, 100));
    };
    attempt();
  });
}

export async function startFirefox(path: string): Promise<Firefox> {
  const profile = mkdtempSync(join(tmpdir(), "ckptscope-firefox-"));
  const downloads = mkdtempSync(join(tmpdir(), "ckptscope-downloads-"));
  const port = await freePort();
  const preferences = {
    "marionette.port": port,
    "browser.download.folderList": 2,
    "browser.download.dir": downloads,
    "browser.download.alwaysOpenPanel": false,
    "datareporting.policy.dataSubmissionEnabled": false,
  };
  const lines = Object.entries(preferences).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`);
  writeFileSync(join(profile, "user.js"), lines.join("\n"));
  const child = spawn(path, ["--headless", "--marionette", "--no-remote", "--profile", profile], { stdio: "ignore" });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const socket = await connected(port, () => child.exitCode !== null);
  const waiting = new Map<number, (error: { message: string } | null, result: unknown) => void>();
  onMessages(socket, (message) => {
    if (!Array.isArray(message)) return;
    const [, id, error, result] = message;
    waiting.get(id)?.(error, result);
    waiting.delete(id);
  });
  let next = 1;
  const command = (name: string, params: object = {}): Promise<{ value?: unknown }> =>
    new Promise((resolve, reject) => {
      const text = JSON.stringify([0, next, name, params]);
      waiting.set(next++, (error, result) =>
        error === null ? resolve(result as { value?: unknown }) : reject(new Error(`${name}: ${error.message}`)),
      );
      socket.write(`${Buffer.byteLength(text)}:${text}`);
    });
  await command("WebDriver:NewSession", { capabilities: {} });
  await command("WebDriver:SetTimeouts", { script: 30_000, pageLoad: 60_000 });
  await command("WebDriver:SetWindowRect", { width: 1440, height: 1000 });
  return {
    downloads,
    navigate: async (url) => void (await command("WebDriver:Navigate", { url })),
    run: async <T>(script: string, ...args: unknown[]) =>
      (await command("WebDriver:ExecuteScript", { script, args })).value as T,
    async until(expression) {
      const script = `const done = arguments[0]; const look = () => (${expression}) ? done(true) : requestAnimationFrame(look); look();`;
      await command("WebDriver:ExecuteAsyncScript", { script, args: [] }).catch(() => {
        throw new Error(`Not true in half a minute: ${expression}`);
      });
    },
    async press(keys) {
      const actions = [...keys].flatMap((value) => [
        { type: "keyDown", value },
        { type: "keyUp", value },
      ]);
      await command("WebDriver:PerformActions", { actions: [{ type: "key", id: "keyboard", actions }] });
    },
    async quit() {
      await command("Marionette:Quit", { flags: ["eForceQuit"] }).catch(() => {});
      socket.destroy();
      await ended;
      for (const folder of [profile, downloads]) rmSync(folder, { recursive: true, force: true });
    },
  };
}
