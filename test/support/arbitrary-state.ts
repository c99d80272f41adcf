// Random states for property tests: tasks that share tables, descriptors that share open files. There are few names and
// values, so that two independent states have much in common.

import fc from "fast-check";
import type { State, StateDescriptor, StateFile, StateTask } from "./state.ts";

const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });

/** An object without the keys that are undefined. */
function present<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

const values = {
  pos: optional(fc.constantFrom(0n, 4096n, 2n ** 53n + 1n, 2n ** 32n)),
  flags: optional(fc.constantFrom(0o100000, 0o100002, 0o102002, 0o104001)),
  mode: optional(fc.constantFrom(29, 31)),
  version: optional(fc.constantFrom(0n, 2n ** 63n)),
};

const file: fc.Arbitrary<StateFile> = fc.oneof(
  fc
    .record({
      kind: fc.constantFrom("generic", "regular", "directory", "tty"),
      path: fc.constantFrom("/a", "/b", "/var/log/x", "/naïve €"),
      ...values,
    })
    .map((one) => present(one) as StateFile),
  fc
    .record({ kind: fc.constantFrom("pipe", "socket"), number: fc.nat(99), ...values })
    .map(
      ({ number, ...one }) =>
        present({ ...one, path: `${one.kind}:[${number}]`, stable: one.kind.length + 2 }) as StateFile,
    ),
);

/** A state. `pids`: whether its tasks have pids. */
export function arbitraryState(pids: boolean): fc.Arbitrary<State> {
  const parts = fc.record({
    files: fc.array(file, { minLength: 1, maxLength: 6 }),
    tableCount: fc.integer({ min: 1, max: 4 }),
  });
  return parts.chain(({ files, tableCount }) => {
    const descriptor: fc.Arbitrary<StateDescriptor> = fc.record({
      fd: fc.integer({ min: 0, max: 7 }),
      // A few have no open file.
      file: fc.oneof({ weight: 15, arbitrary: fc.nat(files.length - 1) }, { weight: 1, arbitrary: fc.constant(-1) }),
      closeOnExec: fc.boolean(),
    });
    const table = fc
      .uniqueArray(descriptor, { selector: (slot) => slot.fd, maxLength: 6 })
      .map((slots) => slots.toSorted((a, b) => a.fd - b.fd));
    const task = fc.record({
      pid: fc.integer({ min: 1, max: 6 }),
      comm: fc.constantFrom("a", "b", "worker"),
      table: optional(fc.nat(tableCount - 1)),
    });
    const tasks = pids
      ? fc.uniqueArray(task, { selector: ({ pid }) => pid, minLength: 1, maxLength: 5 })
      : fc.array(task, { minLength: 1, maxLength: 5 });
    return fc.record({
      files: fc.constant(files),
      tables: fc.array(table, { minLength: tableCount, maxLength: tableCount }),
      tasks: tasks.map((list) => list.map(({ pid, ...one }) => present(pids ? { ...one, pid } : one) as StateTask)),
    });
  });
}

/** The same state with its files and tables in another order, as another dump would number them. */
export function reordered(state: State, seed: readonly number[]): State {
  const order = (count: number, from: number): number[] =>
    Array.from({ length: count }, (_, at) => at).toSorted(
      (a, b) => (seed[from + a] ?? 0) - (seed[from + b] ?? 0) || a - b,
    );
  const files = order(state.files.length, 0);
  const tables = order(state.tables.length, state.files.length);
  const pick = <T>(list: readonly T[], rows: readonly number[]): T[] => rows.map((row) => list[row] as T);
  return {
    files: pick(state.files, files),
    tables: pick(state.tables, tables).map((slots) =>
      slots.map((slot) => ({ ...slot, file: slot.file < 0 ? slot.file : files.indexOf(slot.file) })),
    ),
    tasks: state.tasks.map((task) =>
      task.table === undefined ? task : { ...task, table: tables.indexOf(task.table) },
    ),
  };
}

/** Two states, both with pids or both without. */
export const anyPair: fc.Arbitrary<[State, State]> = fc
  .boolean()
  .chain((pids) => fc.tuple(arbitraryState(pids), arbitraryState(pids)));

/** Random numbers for reordered(). */
export const seeds: fc.Arbitrary<number[]> = fc.array(fc.nat(1000), { minLength: 12, maxLength: 12 });

/** A value for one of the open files of a state. */
interface Edit {
  readonly at: number;
  readonly key: "kind" | "path" | "pos" | "flags" | "mode" | "version";
  /** Has the value. */
  readonly file: StateFile;
}

/** Single values to change in a state, and files to add after the others. */
export const edits = fc.record({
  changed: fc.array(
    fc.record<Edit>({
      at: fc.nat(5),
      key: fc.constantFrom("kind", "path", "pos", "flags", "mode", "version"),
      file,
    }),
    { maxLength: 2 },
  ),
  added: fc.array(file, { maxLength: 2 }),
});

/** The state with these values and files. */
export function edited(state: State, changed: readonly Edit[], added: readonly StateFile[]): State {
  const files = [...state.files];
  for (const { at, key, file: other } of changed) {
    const old = files[at];
    // Names of files without a path depend on their kind.
    const isBound = key === "kind" || key === "path";
    if (old === undefined || (isBound && (old.stable !== undefined || other.stable !== undefined))) continue;
    files[at] = present({ ...old, [key]: other[key] }) as StateFile;
  }
  return { ...state, files: [...files, ...added] };
}
