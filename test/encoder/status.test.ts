// Capabilities and signals of a description come back from the image, and only for tasks that have them.

import { describe, expect, test } from "vitest";
import type { Image } from "../../app/decoder/image.ts";
import { changesJson } from "../../app/diff/describe/describe.ts";
import { diff } from "../../app/diff/diff.ts";
import type { Description, TaskDescription, TaskStatus } from "../../app/encoder/description.ts";
import { readResources } from "../../app/resources/read.ts";
import { encodeAll } from "../support/images.ts";
import { documentOf, open } from "../support/open.ts";
import { entries } from "../support/resources.ts";

const NONE: TaskStatus = {
  capabilities: { effective: "0", permitted: "0", inheritable: "0", bounding: "0" },
  signals: { blocked: "0", pending: "0", sharedPending: "0", ignored: "0", caught: "0" },
};
/** Capabilities 0, 40 and 63; signals 1, 10, 33 and 64. */
const SOME: TaskStatus = {
  capabilities: {
    effective: String(1n | (1n << 40n)),
    permitted: String(1n | (1n << 40n) | (1n << 63n)),
    inheritable: "1",
    bounding: String(1n << 40n),
  },
  signals: {
    blocked: String(1n << 63n),
    pending: String(1n << 32n),
    sharedPending: "1",
    ignored: String(1n << 9n),
    caught: String(1n | (1n << 63n)),
  },
};

const image = (statuses: readonly (TaskStatus | undefined)[], littleEndian = true): Promise<Image> => {
  const tasks = statuses.map((status, at): TaskDescription => {
    const pid = 100 + at;
    const task = { pid, ppid: 1, tgid: pid, comm: "daemon", state: "sleeping", fileTable: 1 };
    return { ...task, ...(status === undefined ? {} : { status }) };
  });
  const description: Description = {
    tasks,
    fileTables: [{ id: 1, fds: [] }],
    files: [],
    machine: { header: { major: "6", minor: "1", patch: "0" }, release: "6.1.0" },
  };
  return open(encodeAll(description, { dialect: "v23-rc2", littleEndian }).bytes);
};

describe.each([
  ["little", true],
  ["big", false],
] as const)("the status of a task, %s-endian", (_name, littleEndian) => {
  test("matches its description", async () => {
    const written = await image([SOME, NONE, undefined], littleEndian);
    const capabilities = {
      effective: ["CAP_CHOWN", "CAP_CHECKPOINT_RESTORE"],
      permitted: ["CAP_CHOWN", "CAP_CHECKPOINT_RESTORE", "capability 63"],
      inheritable: ["CAP_CHOWN"],
      bounding: ["CAP_CHECKPOINT_RESTORE"],
    };
    const no = { effective: [], permitted: [], inheritable: [], bounding: [] };
    const unknown = { effective: null, permitted: null, inheritable: null, bounding: null };
    expect(await entries(written, "credentials")).toMatchObject([
      { pid: 100, ...capabilities, securebits: null },
      { pid: 101, ...no, securebits: null },
      { pid: 102, ...unknown, securebits: null },
    ]);
    const { tasks } = await documentOf(written);
    expect(tasks[0]?.details).toMatchObject(capabilities);
    expect(tasks[1]?.details).toMatchObject(no);
    for (const key of [...Object.keys(no), "securebits"]) expect(tasks[2]?.details).not.toHaveProperty(key);

    expect(await entries(written, "threads")).toMatchObject([
      { pid: 100, blocked: ["signal 64"], pending: ["signal 33", "SIGHUP"], sharedPending: ["SIGHUP"] },
      { pid: 101, blocked: [], pending: [], sharedPending: [] },
      { pid: 102, blocked: null, pending: null, sharedPending: null },
    ]);
    // The address of a handler, its mask and flags are not in /proc.
    const rest = { handler: null, mask: null, flags: null };
    expect(await entries(written, "signals")).toMatchObject([
      { pid: 100, signal: "SIGHUP", action: "handler", ...rest },
      { pid: 100, signal: "SIGUSR1", action: "ignore", ...rest },
      { pid: 100, signal: "signal 64", action: "handler", ...rest },
    ]);
  });
});

describe("two images", () => {
  const compare = async (before: TaskStatus | undefined, after: TaskStatus | undefined) => {
    const [one, other] = [await image([before]), await image([after])];
    const resources = { before: await readResources(one), after: await readResources(other) };
    const comparison = diff(one.checkpoint, other.checkpoint, { resources });
    return { changes: changesJson(comparison), notes: comparison.notes.map(({ code }) => code) };
  };

  test("with different statuses differ in all of it", async () => {
    const { changes } = await compare(NONE, SOME);
    const named = changes.map((change) => {
      const { kind, key, resource, field } = change as unknown as Record<string, string>;
      return kind === "task-detail" ? `${kind} ${key}` : `${kind} ${resource} ${field ?? ""}`.trim();
    });
    const capabilities = ["effective", "permitted", "inheritable", "bounding"];
    expect(named.toSorted()).toEqual(
      [
        ...capabilities.map((set) => `task-detail ${set}`),
        ...capabilities.map((set) => `resource-changed credentials ${set}`),
        ...["blocked", "pending"].map((set) => `resource-changed threads ${set}`),
        ...Array.from({ length: 3 }, () => "resource-added signals"),
      ].toSorted(),
    );
  });

  test("of which only one records it have a note and no changes", async () => {
    for (const [before, after] of [
      [undefined, SOME],
      [SOME, undefined],
    ] as const) {
      const { changes, notes } = await compare(before, after);
      expect(changes).toEqual([]);
      expect(notes).toContain("values-on-one-side");
      expect(notes).toContain("resources-on-one-side");
    }
  });

  test("with the same status have no changes", async () => {
    expect(await compare(SOME, SOME)).toEqual({ changes: [], notes: [] });
  });
});
