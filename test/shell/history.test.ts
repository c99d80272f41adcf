// The page's address and the browser's history, with a window and a worker that do what the test says.

import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { ownEvidence } from "../../app/model/comparison/earlier.ts";
import { followHistory } from "../../app/shell/history.ts";
import { createShell } from "../../app/shell/shell.ts";
import type { Input } from "../../app/shell/state.ts";
import type { Client, RequestOptions } from "../../app/worker/client.ts";
import type { OpenResponse, RequestKind } from "../../app/worker/protocol.ts";
import { NGINX } from "../support/nginx.ts";
import { checkpointOf } from "../support/state.ts";

// Loaded beforehand, as it is not the timers that this waits for.
beforeAll(async () => void (await import("../../app/shell/missing.ts")));
beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

interface Entry {
  readonly state: unknown;
  readonly hash: string;
}

/** The part of a window that the history needs. */
function fakeWindow(hash: string) {
  const entries: Entry[] = [{ state: null, hash }];
  let current = 0;
  let onMove: (event: { state: unknown }) => void = () => {};
  const hashOf = (url = ""): string => (url.startsWith("#") ? url : "");
  const move = (to: number): void => {
    current = to;
    onMove({ state: entries[current]?.state });
  };
  const fake = {
    performance: { timeOrigin: 1 },
    location: {
      pathname: "/",
      search: "",
      get hash() {
        return entries[current]?.hash ?? "";
      },
    },
    history: {
      get state() {
        return entries[current]?.state ?? null;
      },
      pushState(state: unknown, _: string, url?: string) {
        entries.splice(++current, entries.length, { state, hash: hashOf(url) });
      },
      replaceState(state: unknown, _: string, url?: string) {
        entries[current] = { state, hash: url === undefined ? fake.location.hash : hashOf(url) };
      },
    },
    addEventListener: (_: string, listener: typeof onMove) => {
      onMove = listener;
    },
    removeEventListener() {},
  };
  /** What a user does who changes the part of the address after #. */
  const type = (typed: string): void => {
    entries.splice(current + 1, entries.length, { state: null, hash: typed });
    move(current + 1);
  };
  return { window: fake as unknown as Window, back: () => move(current - 1), type };
}

/** A shell whose history is followed, and its worker. */
function follow(hash = "") {
  const asked: { kind: RequestKind; options: RequestOptions; answer(response: unknown): void }[] = [];
  const client = {
    request: (kind: RequestKind, _: unknown, options: RequestOptions = {}) =>
      new Promise((resolve) => void asked.push({ kind, options, answer: resolve })),
    terminate() {},
  } as unknown as Client;
  const shell = createShell(client);
  const { window, ...user } = fakeWindow(hash);
  followHistory(shell, window);
  const last = () => {
    const found = asked.filter(({ kind }) => kind === "open").at(-1);
    if (found === undefined) throw new Error("Nothing was asked");
    return found;
  };
  return { shell, last, window, ...user };
}

const input = (name: string): Input => ({ name, files: [{ path: name, file: new Blob(["x"]) }] });
const imageOf = (document: number) => checkpointOf(NGINX, { firstId: document * 100 });
const opened = (document: number): OpenResponse => ({
  document,
  checkpoint: imageOf(document),
  evidence: ownEvidence("", null),
});

/** With one image open, and its address written. */
async function followOne() {
  const followed = follow();
  const opening = followed.shell.open([input("a")]);
  followed.last().answer(opened(1));
  await opening;
  await vi.runAllTimersAsync();
  return followed;
}

const names = ({ store }: ReturnType<typeof follow>["shell"]) => store.get().docs.map(({ input: { name } }) => name);

describe("back and forward", () => {
  test("back from an image that was opened in parts leads to what was open before it", async () => {
    const { shell, last, back } = await followOne();
    shell.close();
    await vi.runAllTimersAsync();
    const again = shell.open([input("a")]);
    // An early part is shown for longer than the address takes to settle.
    last().options.onPart?.(imageOf(2));
    await vi.runAllTimersAsync();
    last().answer(opened(2));
    await again;
    await vi.runAllTimersAsync();
    expect(names(shell)).toEqual(["a"]);
    back();
    await vi.runAllTimersAsync();
    expect(names(shell)).toEqual([]);
  });
});

describe("an address", () => {
  test.each(["#blah", "#v=1&select=nothing:x", "#%E0%A4%A"])(
    "%s that cannot be read says so, and closes nothing",
    async (typed) => {
      const { shell, type, window } = await followOne();
      shell.showFiltered("files", "log");
      type(typed);
      await vi.runAllTimersAsync();
      await vi.waitFor(() => expect(shell.store.get().failure?.message).toMatch(/^This is not a link of ckptscope/));
      await vi.runAllTimersAsync();
      expect(names(shell)).toEqual(["a"]);
      // The view stays as it is, and is in the address again.
      expect(shell.store.get().tab).toBe("files");
      expect(window.location.hash).toBe("#v=1&tab=files&filter=log");
    },
  );
  test("that cannot be read says so on the empty page", async () => {
    const { shell } = follow("#blah");
    await vi.waitFor(() => expect(shell.store.get().failure?.message).toMatch(/^This is not a link of ckptscope/));
  });
  test("of a view without an image says so, and the image that is opened then is shown in it", async () => {
    const { shell, last } = follow("#v=1&tab=files&filter=log");
    await vi.waitFor(() => expect(shell.store.get().failure?.message).toMatch(/^This link contains a view, but/));
    const opening = shell.open([input("a")]);
    last().answer(opened(1));
    await opening;
    expect([shell.store.get().failure, shell.store.get().tab]).toEqual([null, "files"]);
  });
  test("without anything after #, or with the version only, is no fault", async () => {
    for (const hash of ["", "#", "#v=1"]) {
      const { shell } = follow(hash);
      await vi.runAllTimersAsync();
      expect(shell.store.get().failure).toBeNull();
    }
  });
  test("of a view that is put in while an image is opened neither cancels that nor is a fault", async () => {
    const { shell, last, type } = follow();
    const opening = shell.open([input("a")]);
    type("#v=1&tab=files");
    await vi.runAllTimersAsync();
    last().answer(opened(1));
    await opening;
    expect(names(shell)).toEqual(["a"]);
    expect([shell.store.get().failure, shell.store.get().tab]).toEqual([null, "files"]);
  });
});
