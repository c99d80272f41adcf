// Dumps that are taken from outside the kernel have records of what they cannot read. It is
// shown and compared as what is not recorded.

import { describe, expect, test } from "vitest";
import { changesJson } from "../../app/diff/describe/describe.ts";
import { diff } from "../../app/diff/diff.ts";
import { readResources } from "../../app/resources/read.ts";
import { numberAt, type Parts, putTogether, setField } from "../support/edit-image.ts";
import { documentOf, open } from "../support/open.ts";
import { resourcefulImage } from "../support/resourceful-image.ts";
import { entries } from "../support/resources.ts";

/** The image as if a program on a later kernel had written it: with nothing where only the kernel knows. */
function outside(image: Parts): Parts {
  const zeroed = [
    ["CRED", "cap_s.cap_e_0"],
    ["CRED", "cap_s.cap_p_0"],
    ["CRED", "cap_s.cap_b_0"],
    ["CRED", "cap_s.securebits"],
    ["MM", "flags"],
    ["SIGNAL_TASK", "blocked.sigset[0]"],
  ] as const;
  const later = setField(image, "HEADER", 0, "major", 6n);
  return zeroed.reduce((parts, [record, field]) => setField(parts, record, 0, field, 0n), later);
}

/** The image with another number in place of the version of each open file. */
const versioned = (image: Parts): Parts =>
  setField(image, "FILE", 0, "common.f_version", numberAt(image, "FILE", 0, "common.f_version") + 77n);

async function compare(before: Parts, after: Parts) {
  const [one, other] = [await open(putTogether(before)), await open(putTogether(after))];
  const resources = { before: await readResources(one), after: await readResources(other) };
  const comparison = diff(one.checkpoint, other.checkpoint, { resources });
  return { changes: changesJson(comparison), codes: new Set(comparison.notes.map(({ code }) => code)) };
}

describe("an image that was written from outside the kernel", () => {
  test("does not show what it does not record", async () => {
    const image = await open(putTogether(outside(await resourcefulImage())));
    const [credentials] = await entries(image, "credentials");
    expect(credentials).toMatchObject({ effective: null, bounding: null, securebits: null, uid: expect.any(Number) });
    const { tasks } = await documentOf(image);
    expect(tasks[0]?.details).not.toHaveProperty("effective");
    const resources = await readResources(image);
    const held = (name: string): boolean | undefined => resources[name]?.held;
    const recorded = ["limits", "signals", "mappings", "timers", "sysctls", "undo"].filter(held);
    expect(recorded).toEqual(["limits"]);
  });

  test("has no changes against that of the kernel for it, but notes", async () => {
    const kernel = await resourcefulImage();
    const other = versioned(outside(kernel));
    for (const [one, another] of [
      [kernel, other],
      [other, kernel],
    ] as const) {
      const { changes, codes } = await compare(one, another);
      expect(changes).toEqual([]);
      expect(codes).toContain("resources-on-one-side");
      expect(codes).toContain("values-on-one-side");
    }
  });

  test("does not record more for having capabilities and signals", async () => {
    const kernel = setField(await resourcefulImage(), "TASK", 0, "pdeath_signal", 9n);
    const other = versioned(
      setField(outside(setField(kernel, "TASK", 0, "pdeath_signal", 0n)), "CRED", 0, "cap_s.padding", 1n),
    );
    for (const [one, another] of [
      [kernel, other],
      [other, kernel],
    ] as const) {
      const { changes } = await compare(one, another);
      expect(JSON.stringify(changes)).toContain("bounding");
      expect(JSON.stringify(changes)).not.toMatch(/parentDeathSignal|securebits|handler|mask|dumpable/);
    }
  });

  test("is compared with another by what both record", async () => {
    const image = outside(await resourcefulImage());
    const { changes } = await compare(image, versioned(image));
    expect(changes).toMatchObject([{ kind: "file-version" }]);
    expect((await compare(await resourcefulImage(), versioned(await resourcefulImage()))).changes).toMatchObject([
      { kind: "file-version" },
    ]);
  });
});
