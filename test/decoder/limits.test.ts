// Limits on decoding: what was decoded so far is kept, and a problem names the limit.

import { describe, expect, test } from "vitest";
import { LIMITS, limitsFor, NO_LIMITS } from "../../app/decoder/limits.ts";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource } from "../../app/decoder/source.ts";
import { setSources } from "../support/criu.ts";
import { bigDescription, encodeAll } from "../support/images.ts";

describe("limits", () => {
  test("grow with the input, between a least and a most", () => {
    expect(limitsFor(0).rows).toBe(1_000_000);
    expect(limitsFor(3_000_000).rows).toBe(3_000_000);
    expect(limitsFor(2 ** 40).memory).toBe(2 ** 30);
    expect(limitsFor(0, { rows: 5 }).rows).toBe(5);
    for (const { name } of LIMITS) expect(limitsFor(0, NO_LIMITS)[name]).toBe(Number.POSITIVE_INFINITY);
  });

  test.each([{ rows: 80 }, { memory: 8000 }])(
    "end a Linux-CR image with what was decoded before: %o",
    async (limits) => {
      const { bytes } = encodeAll(bigDescription({ tasks: 3, descriptorsPerTask: 200 }), { dialect: "v23-rc2" });
      const image = await openImage([bytesSource("test", bytes)], { limits });
      if ("refused" in image) throw new Error(image.refused);
      const { problems, complete, records, members } = image.checkpoint;
      expect(complete).toBe(false);
      expect(problems.filter(({ code }) => code === "limit").map(({ limit }) => limit)).toEqual(Object.keys(limits));
      const end = (records.offset[records.count - 1] ?? 0) + (records.length[records.count - 1] ?? 0);
      expect(end).toBe(members[0]?.size);
    },
  );

  test.each([{ rows: 80 }, { memory: 8000 }])("end a set with what was decoded before: %o", async (limits) => {
    const image = await openImage(setSources("w4/before"), { limits });
    if ("refused" in image) throw new Error(image.refused);
    const { problems, complete } = image.checkpoint;
    expect(complete).toBe(false);
    expect(problems.filter(({ code }) => code === "limit").map(({ limit }) => limit)).toEqual(Object.keys(limits));
  });
});
