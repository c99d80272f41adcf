// Memory of CRIU sets: what the kernel said of the recorded processes, planted strings, parents, page sizes.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ImageMemory } from "../../../app/decoder/memory/memory.ts";
import { openImage } from "../../../app/decoder/open.ts";
import { MAPPING_KINDS, permissionsText } from "../../../app/model/mappings.ts";
import { setSources } from "../../support/criu.ts";

async function memoryOf(directory: string): Promise<ImageMemory> {
  const image = await openImage(setSources(directory));
  if ("refused" in image) throw new Error(image.refused);
  const memory = await image.memory();
  if (typeof memory === "string") throw new Error(memory);
  return memory;
}

const kernel = (side: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../../fixtures/criu/r1/resources-${side}.json`), "utf8"));

/** Bytes of an address range, NUL-separated, as latin1. */
async function rangeText(memory: ImageMemory, mapping: number, from: number, to: number): Promise<string> {
  const pages = await memory.pages(mapping);
  return Buffer.from(await pages.read(from, to - from)).toString("latin1");
}

describe.each(["before", "after"])("r1/%s", (side) => {
  test("has the mappings of /proc/PID/maps", async () => {
    const memory = await memoryOf(`r1/${side}`);
    const { mappings } = memory;
    for (const space of memory.spaces) {
      const lines: string[] = kernel(side).tasks[space.number].maps.trim().split("\n");
      // CRIU has the kernel's two parts of vvar as one mapping.
      const vvarEnd = lines.find((line) => line.endsWith("[vvar_vclock]"))?.split(/[- ]/)[1];
      const expected = lines
        .filter((line) => !line.endsWith("[vvar_vclock]"))
        .map((line) => (line.endsWith("[vvar]") ? line.replace(/-\w+/, `-${vvarEnd}`) : line))
        .map((line) => line.split(" ").slice(0, 2).join(" "));
      const found = [];
      for (let row = space.first; row < space.end; row++) {
        const address = (value: number): string => BigInt(value).toString(16).padStart(8, "0");
        const range = `${address(mappings.start[row] as number)}-${address(mappings.end[row] as number)}`;
        found.push(`${range} ${permissionsText(mappings.permissions[row] as number)}`);
      }
      expect(found.filter((line) => !line.startsWith("ffffffffff6"))).toEqual(
        expected.filter((line) => !line.startsWith("ffffffffff6")),
      );
    }
  });

  test("has argv and environment of /proc/PID", async () => {
    const memory = await memoryOf(`r1/${side}`);
    for (const space of memory.spaces) {
      for (const [range, file] of [
        [space.arguments, "cmdline"],
        [space.environment, "environ"],
      ] as const) {
        const { start, end } = range ?? { start: 0n, end: 0n };
        let text = "";
        for (let row = space.first; row < space.end; row++) {
          const from = Number(start) - (memory.mappings.start[row] as number);
          if (from < 0 || Number(end) > (memory.mappings.end[row] as number)) continue;
          text = await rangeText(memory, row, from, from + Number(end - start));
        }
        expect(text).toBe(kernel(side).tasks[space.number][file]);
      }
    }
  });

  test("names stacks, heaps and shared memory", async () => {
    const memory = await memoryOf(`r1/${side}`);
    const { first, end } = memory.spaces[0] as { first: number; end: number };
    const kinds = [...memory.mappings.kind.subarray(first, end)].map((kind) => MAPPING_KINDS[kind]);
    const count = (kind: string): number => kinds.filter((each) => each === kind).length;
    expect(["heap", "stack", "vdso", "vvar", "vsyscall", "sysv"].map(count)).toEqual([1, 1, 1, 1, 1, 1]);
    expect([count("memfd"), count("shared")]).toEqual([side === "before" ? 1 : 0, 1]);
  });
});
