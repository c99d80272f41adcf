// A second, slow and simple implementation of comparisons, over plain states: the reference for diff().

import type { Change, Holder } from "../../app/diff/changes.ts";
import { flagChange } from "../../app/model/names/names.ts";
import type { State, StateDescriptor, StateFile } from "./state.ts";

interface Slot {
  readonly holder: Holder;
  readonly before: StateDescriptor | undefined;
  readonly after: StateDescriptor | undefined;
}

/** Changes between two complete states, in no order. */
export function naiveDiff(before: State, after: State): Change[] {
  const byPid = [before, after].every((state) => state.tasks.some((task) => task.pid !== undefined));
  const keys = (state: State): Map<string, number> => {
    const seen = new Map<string, number>();
    const rows = new Map<string, number>();
    state.tasks.forEach((task, row) => {
      const name = byPid ? `pid ${task.pid}` : `comm ${task.comm}`;
      const nth = seen.get(name) ?? 0;
      seen.set(name, nth + 1);
      rows.set(`${name} ${nth}`, row);
    });
    return rows;
  };
  const changes: Change[] = [];
  const slots: Slot[] = [];
  const tables: { pid: number; before: number; after: number }[] = [];
  const rowsBefore = keys(before);
  const rowsAfter = keys(after);
  for (const key of new Set([...rowsBefore.keys(), ...rowsAfter.keys()])) {
    const b = rowsBefore.get(key);
    const a = rowsAfter.get(key);
    const was = b === undefined ? undefined : before.tasks[b];
    const is = a === undefined ? undefined : after.tasks[a];
    const pid = was?.pid ?? is?.pid ?? b ?? a ?? -1;
    const slotsBefore = before.tables[was?.table ?? -1] ?? [];
    const slotsAfter = after.tables[is?.table ?? -1] ?? [];
    if (was === undefined) {
      changes.push({ kind: "task-added", pid, comm: is?.comm ?? "", fds: slotsAfter.length });
      continue;
    }
    if (is === undefined) {
      changes.push({ kind: "task-removed", pid, comm: was.comm, fds: slotsBefore.length });
      continue;
    }
    if (was.comm !== is.comm) changes.push({ kind: "task-renamed", pid, before: was.comm, after: is.comm });
    if (was.table !== undefined && is.table !== undefined) {
      tables.push({ pid, before: was.table, after: is.table });
    }
    for (const fd of new Set([...slotsBefore, ...slotsAfter].map((slot) => slot.fd))) {
      slots.push({
        holder: { pid, fd },
        before: slotsBefore.find((slot) => slot.fd === fd),
        after: slotsAfter.find((slot) => slot.fd === fd),
      });
    }
  }

  const fileBefore = (slot: Slot): StateFile | undefined => before.files[slot.before?.file ?? -1];
  const fileAfter = (slot: Slot): StateFile | undefined => after.files[slot.after?.file ?? -1];
  // A descriptor without an open file is the same only as that descriptor of the same table in another task.
  const name = (state: State, slot: StateDescriptor | undefined): string => {
    if (!slot) return "absent";
    if (slot.file >= 0) return `file ${slot.file}`;
    return `unknown ${slot.fd} of ${state.tables.findIndex((table) => table.includes(slot))}`;
  };
  const key = (slot: Slot): string => `${name(before, slot.before)}, ${name(after, slot.after)}`;
  const add = (few: readonly Slot[], make: (slot: Slot, holders: readonly Holder[]) => Change | undefined): void => {
    for (const [first, group] of grouped(few, key)) {
      const change = make(first, sorted(group.map((slot) => slot.holder)));
      if (change) changes.push(change);
    }
  };

  const both = slots.filter((slot) => slot.before && slot.after);
  add(
    slots.filter((slot) => !slot.before),
    (slot, holders) => ({ kind: "fd-opened", holders, path: fileAfter(slot)?.path ?? null }),
  );
  add(
    slots.filter((slot) => !slot.after),
    (slot, holders) => ({ kind: "fd-closed", holders, path: fileBefore(slot)?.path ?? null }),
  );
  for (const set of [false, true]) {
    add(
      both.filter((slot) => slot.before?.closeOnExec === set && slot.after?.closeOnExec === !set),
      (_, holders) => ({ kind: "close-on-exec", holders, before: set, after: !set }),
    );
  }
  const renamed = (slot: Slot): boolean => {
    const x = fileBefore(slot);
    const y = fileAfter(slot);
    if (!x || !y) return x !== y;
    const stable = (file: StateFile): string => file.path.slice(0, file.stable ?? file.path.length);
    const vague = [x, y].some((file) => file.kind === "generic") && x.stable === undefined && y.stable === undefined;
    return (x.kind !== y.kind && !vague) || stable(x) !== stable(y);
  };
  const values = (slot: Slot, field: "pos" | "flags" | "mode" | "version") => {
    const x = fileBefore(slot)?.[field];
    const y = fileAfter(slot)?.[field];
    return x === undefined || y === undefined || x === y ? undefined : { before: x, after: y };
  };
  const text = (pair: { before: bigint | number; after: bigint | number }) => ({
    before: String(pair.before),
    after: String(pair.after),
  });
  const number = (pair: { before: bigint | number; after: bigint | number }) => ({
    before: Number(pair.before),
    after: Number(pair.after),
  });
  add(both.filter(renamed), (slot, holders) => {
    const x = fileBefore(slot);
    const y = fileAfter(slot);
    const [pos, flags, mode, version] = [
      values(slot, "pos"),
      values(slot, "flags"),
      values(slot, "mode"),
      values(slot, "version"),
    ];
    const details = {
      ...(pos && { pos: text(pos) }),
      ...(flags && { flags: number(flags) }),
      ...(mode && { mode: number(mode) }),
      ...(version && { version: text(version) }),
      ...(x && y && x.path === y.path && { kind: { before: x.kind, after: y.kind } }),
    };
    const change = { kind: "file-path", holders, before: x?.path ?? null, after: y?.path ?? null, details } as const;
    return x && y ? change : { ...change, uncertain: true };
  });
  const kept = both.filter((slot) => !renamed(slot));
  add(kept, (slot, holders) => {
    const pair = values(slot, "pos");
    return pair && { kind: "file-pos", holders, ...text(pair) };
  });
  add(kept, (slot, holders) => {
    const pair = values(slot, "flags");
    if (!pair) return undefined;
    const words = number(pair);
    return { kind: "file-flags", holders, ...words, ...flagChange(words.before, words.after, "x86-64") };
  });
  add(kept, (slot, holders) => {
    const pair = values(slot, "mode");
    return pair && { kind: "file-mode", holders, ...number(pair) };
  });
  add(kept, (slot, holders) => {
    const pair = values(slot, "version");
    return pair && { kind: "file-version", holders, ...text(pair) };
  });

  const known = both.filter((slot) => (slot.before?.file ?? -1) >= 0 && (slot.after?.file ?? -1) >= 0);
  const sharing = (kind: "file-shared" | "file-unshared", one: "before" | "after", other: "before" | "after"): void => {
    for (const [, together] of grouped(known, (slot) => String(slot[one]?.file))) {
      const groups = grouped(together, (slot) => String(slot[other]?.file)).map(([, few]) =>
        sorted(few.map((slot) => slot.holder)),
      );
      if (groups.length > 1) changes.push({ kind, groups: groups.toSorted(([a], [b]) => compare(a, b)) });
    }
  };
  sharing("file-shared", "after", "before");
  sharing("file-unshared", "before", "after");
  const tableSharing = (
    kind: "table-shared" | "table-unshared",
    one: "before" | "after",
    other: "before" | "after",
  ): void => {
    for (const [, together] of grouped(tables, (task) => String(task[one]))) {
      const groups = grouped(together, (task) => String(task[other])).map(([, few]) =>
        few.map((task) => task.pid).toSorted((a, b) => a - b),
      );
      if (groups.length > 1) {
        changes.push({ kind, groups: groups.toSorted(([a = 0], [b = 0]) => a - b) });
      }
    }
  };
  tableSharing("table-shared", "after", "before");
  tableSharing("table-unshared", "before", "after");

  // An image without any sharing was dumped without finding it out if all that the other shares looks the same in it.
  const sharesAnything = ({ files, tables, tasks }: State): boolean =>
    files.some((_, file) => tables.flat().filter((slot) => slot.file === file).length > 1) ||
    tables.some((_, table) => tasks.filter((task) => task.table === table).length > 1);
  if (sharesAnything(before) === sharesAnything(after)) return changes;
  const [one, other] = sharesAnything(before) ? (["before", "after"] as const) : (["after", "before"] as const);
  const files = other === "after" ? after.files : before.files;
  const looks = (slot: Slot): string =>
    JSON.stringify(files[slot[other]?.file ?? -1], (_, value) => (typeof value === "bigint" ? String(value) : value));
  const apart = grouped(known, (slot) => String(slot[one]?.file)).filter(
    ([, together]) => new Set(together.map((slot) => slot[other]?.file)).size > 1,
  );
  const isUndetected = apart.length > 0 && apart.every(([, few]) => new Set(few.map(looks)).size === 1);
  return isUndetected ? changes.filter(({ kind }) => !kind.endsWith("shared")) : changes;
}

function grouped<T>(items: readonly T[], key: (item: T) => string): [first: T, all: T[]][] {
  const groups = new Map<string, [T, T[]]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group[1].push(item);
    else groups.set(key(item), [item, [item]]);
  }
  return [...groups.values()];
}

function compare(a: Holder | undefined, b: Holder | undefined): number {
  return (a?.pid ?? 0) - (b?.pid ?? 0) || (a?.fd ?? 0) - (b?.fd ?? 0);
}

const sorted = (holders: readonly Holder[]): Holder[] => holders.toSorted(compare);
