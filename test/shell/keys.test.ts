import { expect, test } from "vitest";
import { keyLabel, keyText, listStep } from "../../app/shell/keys.ts";

const plain = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };

test("keys as text: shift is in the letter, Ctrl and Command are one", () => {
  expect(keyText({ ...plain, key: "E", shiftKey: true })).toBe("E");
  // With caps lock.
  expect(keyText({ ...plain, key: "K", ctrlKey: true })).toBe("mod+k");
  expect(keyText({ ...plain, key: "k", metaKey: true })).toBe("mod+k");
  expect(keyText({ ...plain, key: "k", altKey: true })).toBeNull();
  expect(keyText({ ...plain, key: "K", ctrlKey: true, shiftKey: true })).toBeNull();
});

test("labels", () => {
  expect(keyLabel("mod+k", true)).toBe("⌘K");
  expect(keyLabel("mod+k", false)).toBe("Ctrl+K");
  expect(keyLabel("E", false)).toBe("Shift+E");
  expect(keyLabel("e", false)).toBe("E");
  expect(keyLabel("?", false)).toBe("?");
});

test("steps in a list stay in it", () => {
  expect(listStep("ArrowDown", 4, 5, 10)).toBe(4);
  expect(listStep("PageUp", 4, 5, 10)).toBe(0);
  expect(listStep("End", 0, 5, 10)).toBe(4);
  expect(listStep("ArrowDown", 0, 0, 10)).toBeNull();
  expect(listStep("x", 0, 5, 10)).toBeNull();
});
