// Memory of two images: why there is nothing to compare.

import { expect, test } from "vitest";
import { lackingText } from "../../app/components/Memory/MemoryCompare.tsx";
import type { Memory } from "../../app/shell/memory/memory-places.ts";

const memory = (count: number): Memory => ({ pageSize: 4096, spaces: [], mappings: { count } }) as unknown as Memory;

test("images without mappings are called so, instead of having no differences", () => {
  expect(lackingText([memory(2), memory(3)])).toBeNull();
  expect(lackingText([memory(0), memory(0)])).toMatch(/^Neither image has mappings/);
  expect(lackingText([memory(0), memory(3)])).toMatch(/^The image before has no mappings/);
  expect(lackingText([memory(2), memory(0)])).toMatch(/^The image after has no mappings/);
});
