import { expect, test } from "vitest";
import { isLegendShown, rememberLegend } from "../../app/shell/legend.ts";

function storage(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  } as unknown as Storage;
}

const BLOCKED = {
  getItem() {
    throw new Error("blocked");
  },
} as unknown as Storage;

test("the legend is folded at first in a narrow window only", () => {
  for (const each of [storage(), BLOCKED, null]) {
    expect(isLegendShown(each, false)).toBe(true);
    expect(isLegendShown(each, true)).toBe(false);
  }
});

test("what the user chose holds in windows of any width", () => {
  for (const isShown of [true, false]) {
    const own = storage();
    rememberLegend(own, isShown);
    expect(isLegendShown(own, false)).toBe(isShown);
    expect(isLegendShown(own, true)).toBe(isShown);
  }
});
