// Memory of Linux-CR images: MM, VMAs and page arrays of an image that the original writer wrote.

import { expect, test } from "vitest";
import type { PageState } from "../../../app/decoder/memory/memory.ts";
import { MAPPING_KINDS, permissionsText } from "../../../app/model/mappings.ts";
import { fixtureBytes, open } from "../../support/open.ts";

test("finds mappings and pages by PGARR and BUFFER", async () => {
  const image = await open(fixtureBytes("linux-cr/v23-s1/before.ckpt"));
  const memory = await image.memory();
  if (typeof memory === "string") throw new Error(memory);
  const { mappings, spaces, pageSize } = memory;
  expect(pageSize).toBe(4096);
  expect(spaces).toMatchObject([{ number: 4242, tasks: [0], first: 0, end: 5 }]);
  const shown = [];
  for (let row = 0; row < mappings.count; row++) {
    const pages = await memory.pages(row);
    const size = (mappings.end[row] as number) - (mappings.start[row] as number);
    const states: [PageState, number][] = [];
    for (let at = 0; at < size; ) {
      const { state, end } = pages.stretchAt(at);
      states.push([state, end - at]);
      at = end;
    }
    const text = Buffer.from(await pages.read(0, 11)).toString("latin1");
    const kind = MAPPING_KINDS[mappings.kind[row] as number];
    shown.push([mappings.start[row], permissionsText(mappings.permissions[row] as number), kind, states, text]);
  }
  expect(shown).toEqual([
    [0x400000, "r-xp", "file", [["file", 0x10000]], ""],
    [0x610000, "rw-p", "file", [["stored", 4096]], "page 610000"],
    [
      0x1000000,
      "rw-p",
      "anonymous",
      [
        ["stored", 4096],
        ["zero", 16384],
      ],
      "page 100000",
    ],
    [
      0x70000000,
      "rw-p",
      "stack",
      [
        ["stored", 4096],
        ["zero", 126976],
      ],
      "page 700000",
    ],
    [0x7ffe0000, "r-xp", "vdso", [["kernel", 4096]], ""],
  ]);
});

test("says that images of early versions have no memory", async () => {
  const image = await open(fixtureBytes("linux-cr/seed-one/before.ckpt"));
  expect(await image.memory()).toBe("Images of this version have no memory.");
});
