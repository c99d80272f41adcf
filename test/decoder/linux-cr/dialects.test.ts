// A small image of every dialect, in both byte orders, is detected and decoded the same.

import { describe, expect, test } from "vitest";
import { DIALECT_NAMES } from "../../../app/decoder/linux-cr/catalogue/dialect-names.ts";
import { dialectImage } from "../../support/dialect-image.ts";
import { documentOf, open } from "../../support/open.ts";

/** Dialects that agree on every record of an image without the telling one: the older gives its name. */
const SAME_WITHOUT: Record<string, string> = {
  "v19-dev-20091104": "v19-dev-20091025",
  "v19-rc2": "v19-dev-20091116",
  "v23-dev-20110110": "v23-rc1",
};

describe.each(DIALECT_NAMES)("%s", (name) => {
  test.each([true, false])("is recognised and read (little-endian: %s)", async (littleEndian) => {
    const opened = await open(dialectImage(name, { littleEndian, cursor: true }));
    const document = await documentOf(opened);
    expect(document.dialect).toBe(name);
    expect(opened.checkpoint.machine.littleEndian).toBe(littleEndian);
    expect(opened.checkpoint.evidence).toMatch(/^[A-Z].*\.$/);
    expect(opened.checkpoint.time).toBe(1_250_000_000);
    expect(document.problems.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(document.complete).toBe(true);
    const pid = name === "seed" ? null : 41;
    expect(document.tasks).toMatchObject([
      { pid, comm: "daemon", state: name === "v17" ? null : "sleeping", fileTable: 1 },
    ]);
    expect(document.fileTables).toEqual([
      {
        id: 1,
        fds: [
          { fd: 3, file: 2, closeOnExec: false },
          { fd: 7, file: 2, closeOnExec: true },
        ],
      },
    ]);
    expect(document.files).toMatchObject([
      { id: 2, kind: "generic", path: "/var/log/odd", pos: "9007199254740993", flags: 0o2002, mode: 31, version: "7" },
    ]);
  });

  test("gets the older name where nothing in it distinguishes the two", async () => {
    const { checkpoint } = await open(dialectImage(name, { littleEndian: true, cursor: false }));
    const older = name === "v23-pids" ? "v23-rc2" : (SAME_WITHOUT[name] ?? name);
    // TASK's fields moved between v23-pids and v23-rc2; of a task without futexes, that cannot be seen.
    expect(checkpoint.dialect).toBe(older);
  });

  test("is in doubt if another one is detected in what is left of a cut image", async () => {
    const whole = dialectImage(name, { littleEndian: true, cursor: true });
    const firm: string[] = [];
    for (let length = 16; length < whole.length; length += 4) {
      const { dialect, evidence, problems } = (await open(whole.slice(0, length))).checkpoint;
      const isInDoubt = problems.some(({ code }) => code === "dialect-doubt");
      if (dialect !== name && !isInDoubt) firm.push(`${length} bytes: ${dialect}. ${evidence}`);
    }
    expect(firm).toEqual([]);
  });

  test("is read as the dialect that the user chose", async () => {
    const { checkpoint } = await open(dialectImage(name, { littleEndian: true, cursor: true }), { dialect: name });
    expect(checkpoint.dialect).toBe(name);
    expect(checkpoint.evidence).toBe("Chosen manually.");
  });
});
