// Comparisons miss nothing: a diff is empty exactly if both images show the same, ids and what advances aside.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mirrored } from "../../../app/diff/changes.ts";
import { changesJson } from "../../../app/diff/describe/describe.ts";
import { diff } from "../../../app/diff/diff.ts";
import type { Checkpoint } from "../../../app/model/checkpoint.ts";
import type { Details } from "../../../app/model/fields.ts";
import { linksOf } from "../../../app/model/links.ts";
import { arbitraryState, reordered, seeds } from "../../support/arbitrary-state.ts";
import { documentText } from "../../support/open.ts";
import { checkpointOf, type State, type StateFile } from "../../support/state.ts";

/** Numbers for what a generated state says of each file and task. */
const numbers = fc.array(fc.nat(11), { minLength: 24, maxLength: 24 });

/** Adds details and links. Every file has values in all columns, and every kind the same keys. */
function detailed(state: State, given: readonly number[]): State {
  const number = (at: number): number => given[at % given.length] ?? 0;
  const files = state.files.map((file, at): StateFile => {
    const kind = file.kind === "generic" ? "regular" : file.kind;
    const values = { pos: 0n, flags: 2, mode: 3, version: 0n, ...file, kind };
    const next = (number(2 * at) * 7) % state.files.length;
    if (kind === "pipe") return { ...values, pipe: number(2 * at + 1) % 2, details: { pipe: number(at) } };
    if (kind !== "socket") return { ...values, details: { size: String(number(at) % 3) } };
    return {
      ...values,
      details: { state: number(at) % 2 === 0 ? "listen" : "close", inode: number(at + 1), queuedBytes: number(at + 2) },
      links: number(at + 3) % 3 === 0 ? [] : [{ role: "watches", to: next, events: 1 + (number(at + 4) % 2) }],
    };
  });
  const tasks = state.tasks.map((task, at) => ({
    ...task,
    details: { uid: number(at + 5) % 2, effective: number(at + 6) % 2 === 0 ? [] : ["CAP_KILL"] },
  }));
  return { ...state, files, tasks };
}

/** The same state as another dump would number it: in another order, with other numbers for pipes and sockets. */
function renumbered(state: State, order: readonly number[]): State {
  const { files, ...rest } = reordered(state, order);
  const rows = state.files.map((file) => files.indexOf(file));
  return {
    ...rest,
    files: files.map((file) => ({
      ...file,
      details: Object.fromEntries(
        Object.entries(file.details ?? {}).map(([key, value]) =>
          key === "pipe" || key === "inode" || key === "queuedBytes" ? [key, 1000 + Number(value)] : [key, value],
        ),
      ),
      ...(file.pipe === undefined ? {} : { pipe: file.pipe + 50 }),
      ...(file.links === undefined
        ? {}
        : { links: file.links.map((link) => ({ ...link, to: rows[link.to] as number })) }),
    })),
  };
}

interface Shown {
  readonly tasks: readonly { readonly pid: number; readonly fileTable: number | null }[];
  readonly fileTables: readonly { readonly id: number; readonly fds: readonly ShownDescriptor[] }[];
  readonly files: readonly { readonly id: number; readonly name?: string; readonly details: Details }[];
}
interface ShownDescriptor {
  readonly fd: number;
  readonly file: number | null;
}

const LEFT_OUT = new Set(["pipe", "inode", "queuedBytes"]);

/** What `show --json` says, tables and files numbered as they are met by pid and fd, and links by the holders. */
function canonical(checkpoint: Checkpoint): unknown {
  const shown = JSON.parse(documentText({ checkpoint })) as Shown;
  const tables = new Map(shown.fileTables.map((table) => [table.id, table]));
  const files = new Map(shown.files.map((file, row) => [file.id, { file, row }]));
  const met = new Map<string, number>();
  const number = (what: string, id: number): number => {
    const key = `${what} ${id}`;
    if (!met.has(key)) met.set(key, met.size);
    return met.get(key) as number;
  };
  const tasks = shown.tasks.toSorted((a, b) => a.pid - b.pid);
  const holders = new Map<number, string[]>();
  for (const { pid, fileTable } of tasks) {
    for (const { fd, file } of tables.get(fileTable ?? -1)?.fds ?? []) {
      const row = files.get(file ?? -1)?.row ?? -1;
      holders.set(row, [...(holders.get(row) ?? []), `${pid}:${fd}`]);
    }
  }
  const describeFile = (id: number | null): unknown => {
    const found = files.get(id ?? -1);
    if (id === null || found === undefined) return null;
    const { file, row } = found;
    const links = linksOf(checkpoint, row).map(({ role, file: to, data }) =>
      JSON.stringify([role, data, holders.get(to) ?? null]),
    );
    return {
      ...file,
      id: number("file", id),
      name: file.name?.replace(/\d+/, ""),
      details: Object.fromEntries(Object.entries(file.details).filter(([key]) => !LEFT_OUT.has(key))),
      links: links.toSorted(),
    };
  };
  return tasks.map((task) => ({
    ...task,
    fileTable: task.fileTable === null ? null : number("table", task.fileTable),
    fds: (tables.get(task.fileTable ?? -1)?.fds ?? []).map((slot) => ({ ...slot, file: describeFile(slot.file) })),
  }));
}

const state = fc.tuple(arbitraryState(true), numbers).map(([plain, given]) => detailed(plain, given));
const format = fc.constantFrom("linux-cr" as const, "criu" as const);

/** A state, and the same with one number of its details changed, or another state. */
const pair = fc
  .tuple(arbitraryState(true), numbers, fc.nat(23), fc.nat(11), fc.option(state))
  .map(([plain, given, at, value, other]): [State, State] => [
    detailed(plain, given),
    other ?? detailed(plain, given.with(at, value)),
  ]);

describe("a comparison of details and links", () => {
  test("is empty for a state that was numbered anew", () => {
    fc.assert(
      fc.property(state, seeds, format, (one, order, family) => {
        const [before, after] = [one, renumbered(one, order)].map((each) => checkpointOf(each, { format: family }));
        expect(changesJson(diff(before as Checkpoint, after as Checkpoint))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("is empty exactly if both images show the same", () => {
    fc.assert(
      fc.property(pair, seeds, format, ([one, other], order, family) => {
        const before = checkpointOf(one, { format: family });
        const after = checkpointOf(renumbered(other, order), { format: family });
        const { changes, notes } = diff(before, after);
        fc.pre(!notes.some(({ code }) => code === "sharing-on-one-side"));
        expect(changes.count === 0).toBe(JSON.stringify(canonical(before)) === JSON.stringify(canonical(after)));
      }),
      { numRuns: 600 },
    );
  });

  test("mirrors when the images are swapped", () => {
    fc.assert(
      fc.property(pair, format, ([one, other], family) => {
        const [a, b] = [one, other].map((each) => checkpointOf(each, { format: family })) as [Checkpoint, Checkpoint];
        const ofDetails = (list: ReturnType<typeof changesJson>, swap: boolean): string[] =>
          list
            .filter(({ kind }) => kind === "file-detail" || kind === "file-linked" || kind === "task-detail")
            .map((change) => {
              const { before, after, ...rest } = change as unknown as Details;
              const [x, y] = swap ? [after, before] : [before, after];
              return JSON.stringify([mirrored(change.kind), rest, x, y]);
            })
            .toSorted();
        expect(ofDetails(changesJson(diff(b, a)), true)).toEqual(ofDetails(changesJson(diff(a, b)), false));
      }),
      { numRuns: 300 },
    );
  });
});
