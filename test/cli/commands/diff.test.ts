// `diff` on the command line: which image is earlier, and what is compared without resources.

import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { earlierOf } from "../../../app/model/comparison/earlier.ts";
import { describeOrder } from "../../../app/shell/opening/order.ts";
import { runCommand } from "../../support/command.ts";
import { setSources } from "../../support/criu.ts";
import { setNumber } from "../../support/edit-set.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures");
const [BEFORE, AFTER] = [join(FIXTURES, "criu/w1/before"), join(FIXTURES, "criu/w1/after")];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ckptscope-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const notesOf = async (before: string, after: string): Promise<{ code: string; message: string }[]> =>
  JSON.parse((await runCommand(["diff", "--json", before, after])).out).notes;

describe("the order of the images", () => {
  const REASON = "The host had been up for 4405.0 s and 4406.8 s at the dumps.";

  test("is noted if it is the wrong way round, by all that is known of them", async () => {
    const message = `The image after seems to be the earlier one. ${REASON}`;
    expect(await notesOf(AFTER, BEFORE)).toEqual([{ code: "order", message }]);
    expect((await runCommand(["diff", AFTER, BEFORE])).out).toContain(`note: ${message}\n`);
    expect(await notesOf(BEFORE, AFTER)).toEqual([]);
    // The page says the same.
    const evidence = { time: null, parent: null, packedTime: null, fileTime: null };
    const order = earlierOf(
      { ...evidence, name: "after", uptime: 4406.8 },
      { ...evidence, name: "before", uptime: 4405 },
    );
    expect(describeOrder(order)[0]).toContain(message);
  });

  test("is not noted if it is in doubt, or if nothing differs", async () => {
    const copyOf = (from: string, name: string): string => {
      mkdirSync(join(folder, name));
      for (const file of readdirSync(from)) copyFileSync(join(from, file), join(folder, name, file));
      return join(folder, name);
    };
    // The names say otherwise than the images.
    const [early, late] = [copyOf(AFTER, "before"), copyOf(BEFORE, "after")];
    expect(await notesOf(early, late)).toEqual([]);
    expect(await notesOf(late, early)).toEqual([]);
    expect(await notesOf(copyOf(BEFORE, "new"), copyOf(BEFORE, "old"))).toEqual([]);
    // The times of the files do.
    const [one, other] = [copyOf(AFTER, "red"), copyOf(BEFORE, "blue")];
    const dated = (of: string, time: number): void => {
      for (const file of readdirSync(of)) utimesSync(join(of, file), time, time);
    };
    dated(other, 9000);
    dated(one, 9000);
    expect(await notesOf(one, other)).toMatchObject([{ code: "order" }]);
    dated(one, 1000);
    expect(await notesOf(one, other)).toEqual([]);
  });
});

test("without resources, the mounts that files are on are compared by their places", async () => {
  const set = setSources("verdicts/mnt");
  const write = (name: string, sources: typeof set): string => {
    mkdirSync(join(folder, name));
    for (const { name: file, read, size } of sources)
      writeFileSync(join(folder, name, file), read(0, size) as Uint8Array);
    return join(folder, name);
  };
  const moved = setNumber(set, "files.img", "file_entry", 2, "reg.mnt_id", 2 * 65);
  const [one, other] = [write("one", set), write("two", moved)];
  const { out, status } = await runCommand(["diff", "--no-resources", one, other]);
  expect([status, out]).toEqual([1, expect.stringContaining("mount / → /t")]);
});
