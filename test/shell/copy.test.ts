// @vitest-environment happy-dom
// Copying to the clipboard, as browsers allow it.

import { afterEach, expect, test, vi } from "vitest";
import { copyText } from "../../app/shell/save.ts";

afterEach(() => vi.unstubAllGlobals());

/** A text that is made only when the test says so. */
function later(): { readonly text: Promise<string | null>; readonly make: (text: string | null) => void } {
  let make = (_: string | null): void => {};
  const text = new Promise<string | null>((resolve) => {
    make = resolve;
  });
  return { text, make };
}

class Item {
  readonly text: Promise<Blob>;
  constructor(content: Readonly<Record<"text/plain", Promise<Blob>>>) {
    this.text = content["text/plain"];
  }
}

/** A clipboard that may be used only now, as if the user had just pressed a key. */
function briefClipboard() {
  let isAllowed = true;
  const refused = () => Promise.reject(new DOMException("", "NotAllowedError"));
  const copied: string[] = [];
  vi.stubGlobal("ClipboardItem", Item);
  vi.stubGlobal("navigator", {
    clipboard: {
      async write([item]: readonly [Item]) {
        if (!isAllowed) return refused();
        copied.push(await (await item.text).text());
      },
      writeText: async (text: string) => (isAllowed ? void copied.push(text) : refused()),
    },
  });
  const end = (): void => {
    isAllowed = false;
  };
  return { copied, end };
}

test("copies a text that is made long after the key was pressed", async () => {
  const { copied, end } = briefClipboard();
  const { text, make } = later();
  const copying = copyText(text);
  end();
  make("a table");
  expect(await copying).toBe(true);
  expect(copied).toEqual(["a table"]);
});

test("copies nothing if there is no text", async () => {
  const { copied } = briefClipboard();
  expect(await copyText(Promise.resolve(null))).toBeNull();
  expect(copied).toEqual([]);
});

test("rejects if the text cannot be made", async () => {
  const { copied } = briefClipboard();
  await expect(copyText(Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(copied).toEqual([]);
});

test("copies where the browser takes no text that is not made yet", async () => {
  const { copied } = briefClipboard();
  vi.stubGlobal("ClipboardItem", undefined);
  expect(await copyText(Promise.resolve("a table"))).toBe(true);
  expect(copied).toEqual(["a table"]);
});

test("copies by a command where there is no clipboard, as over http:", async () => {
  vi.stubGlobal("navigator", {});
  const data = new DataTransfer();
  document.execCommand = () => {
    const event = new Event("copy", { cancelable: true });
    return !window.dispatchEvent(Object.assign(event, { clipboardData: data }));
  };
  expect(await copyText("a table")).toBe(true);
  expect(data.getData("text/plain")).toBe("a table");
  document.execCommand = () => false;
  expect(await copyText("a table")).toBe(false);
});
