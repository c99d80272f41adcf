// The law of resources: a comparison has exactly the change that was made, none if nothing was changed, the opposite if
// the images are swapped, and none if a dump numbers and orders things differently.

import { describe, expect, test } from "vitest";
import { MEMBER_KINDS } from "../../../app/decoder/criu/format/member-kinds.ts";
import { memberOfName } from "../../../app/decoder/criu/format/member-names.ts";
import { MESSAGES, type MessageName } from "../../../app/decoder/criu/format/messages.ts";
import type { Source } from "../../../app/decoder/source.ts";
import { type Change, mirrored } from "../../../app/diff/changes.ts";
import { encodeText } from "../../../app/model/text/text.ts";
import type { ColumnSpec, ResourceSpec } from "../../../app/resources/resource.ts";
import { RESOURCES, resourceNamed } from "../../../app/resources/resources.ts";
import { changesAndNotes } from "../../support/compare.ts";
import { completeSet } from "../../support/complete-set.ts";
import { imageSources, SAMPLES } from "../../support/corpus.ts";
import {
  copied,
  editEntries,
  editField,
  mapNumbers,
  type NumberChange,
  renamed,
  setNumber,
} from "../../support/edit-set.ts";
import { resourcefulSet } from "../../support/resourceful-set.ts";
import { entries, openSources } from "../../support/resources.ts";

type Set = readonly Source[];

/** What a column shows. */
async function shown(set: Set, spec: ResourceSpec, column: ColumnSpec): Promise<string> {
  const rows = await entries(await openSources(set), spec.name);
  return JSON.stringify(rows.map((row) => row[column.name]));
}

async function changesOf(before: Set, after: Set): Promise<readonly Change[]> {
  return (await changesAndNotes(await openSources(before), await openSources(after))).changes;
}

/** Where a message has another in it: dotted names, the shortest first. */
function pathsTo(root: string, wanted: string, depth = 0): string[] {
  if (root === wanted) return [""];
  if (depth > 4) return [];
  return (MESSAGES.get(root as MessageName) ?? [])
    .flatMap(({ name, type }) =>
      MESSAGES.has(type as MessageName) ? pathsTo(type, wanted, depth + 1).map((path) => `${name}.${path}`) : [],
    )
    .toSorted((a, b) => a.length - b.length);
}

/** Edits that keep the value one of its kind: by default the lowest bit of a number, or the first letter of a text. */
const BITS: Readonly<Record<string, bigint>> = {
  "vma_entry.start": 0x1000n,
  "vma_entry.end": 0x1000n,
  "vma_entry.pgoff": 0x1000n,
  "vma_entry.flags": 0x4000n,
  "vma_entry.status": 0x1_0000n,
  "thread_sas_entry.ss_sp": 0x1000n,
  "eventpoll_tfd_entry.tfd": 0x40n,
  "sa_entry.mask": 2n,
  "sa_entry.sigaction": 0x1000n,
  "file_lock_entry.flag": 3n,
};

const isText = (source: string): boolean => {
  const [message = "", field = ""] = source.split(".");
  const type = MESSAGES.get(message as MessageName)?.find(({ name }) => name === field)?.type;
  return type === "string" || type === "bytes";
};

const edited =
  (source: string) =>
  (value: bigint | Uint8Array | null): bigint | Uint8Array => {
    if (typeof value === "bigint") return value ^ (BITS[source] ?? 1n);
    if (value !== null && value.length > 0) return value.with(0, (value[0] as number) ^ 2);
    return isText(source) ? Uint8Array.of(0x78) : 1n;
  };

/** Members of IPC objects, whose entries are followed by contents. */
const IPC: Readonly<Record<string, MessageName>> = {
  "ipcns-shm": "ipc_shm_entry",
  "ipcns-msg": "ipc_msg_entry",
};

/** The most entries of a file that are tried. */
const MOST_ENTRIES = 64;

/** The sets with one field of one entry edited, for each entry that has the message that the field is in. */
function* edits(set: Set, source: string): Generator<Set> {
  const [message = "", field = ""] = source.split(".");
  for (const { name } of set) {
    const place = memberOfName(name);
    const kind = place === null ? undefined : MEMBER_KINDS[place.kind];
    const root = kind?.message ?? IPC[kind?.name ?? ""] ?? null;
    if (root === null) continue;
    for (const path of pathsTo(root, message)) {
      for (let entry = 0; entry < MOST_ENTRIES; entry++) {
        try {
          yield editField(set, name, root, entry, `${path}${field}`, edited(source));
        } catch {
          // Another entry has it, or another path.
        }
      }
    }
  }
}

/** The sets whose fields are edited, the preferred first. */
const SETS: readonly Set[] = [
  resourcefulSet(),
  ...SAMPLES.filter(({ format, sides }) => format === "criu" && sides.includes("before")).map((sample) =>
    imageSources(sample, "before"),
  ),
  completeSet(),
];

/** Fields that a column is made of, where it does not take one as it is. */
const MADE_OF: readonly (readonly [resource: string, column: string, source: string])[] = [
  ["threads", "policy", "thread_core_entry.sched_policy"],
  ["threads", "pending", "siginfo_entry.siginfo"],
  ["timers", "clock", "posix_timer_entry.clock_id"],
  ["timers", "notify", "posix_timer_entry.it_sigev_notify"],
  ["timers", "interval", "posix_timer_entry.isec"],
  ["timers", "interval", "itimer_entry.isec"],
  ["timers", "value", "itimer_entry.vsec"],
  ["signals", "flags", "sa_entry.flags"],
  ["seccomp", "digest", "seccomp_filter.filter"],
  ["namespaces", "own", "task_kobj_ids_entry.uts_ns_id"],
  ["mappings", "kind", "vma_entry.status"],
  ["mappings", "size", "vma_entry.end"],
  ["mounts", "type", "mnt_entry.fsname"],
  ...["tun_link_entry", "macvlan_link_entry", "sit_entry"].flatMap((message) =>
    (MESSAGES.get(message) ?? []).map(({ name }) => ["netdev", "options", `${message}.${name}`] as const),
  ),
  ...(MESSAGES.get("ipc_var_entry") ?? []).map(({ name }) => ["sysctls", "value", `ipc_var_entry.${name}`] as const),
  ["sysctls", "value", "sysctl_entry.iarg"],
  ["sysctls", "value", "sysctl_entry.sarg"],
];

const COLUMNS = [
  ...RESOURCES.flatMap((spec) =>
    spec.columns.flatMap((column) => (column.criu ?? []).map((source) => ({ source, spec, column }))),
  ),
  ...MADE_OF.map(([name, own, source]) => {
    const spec = resourceNamed(name);
    return { source, spec, column: spec.columns.find((column) => column.name === own) as ColumnSpec };
  }),
];

/** What else changes with a column that is not compared. The id of another file is another file. */
const DERIVED: Readonly<Record<string, readonly string[]>> = {
  "vma_entry.start": ["size"],
  "vma_entry.end": ["size"],
  "vma_entry.shmid": ["resource-added", "resource-removed"],
};

/** What also changes with a column. The digest has the flags of each filter if these differ. */
const ALONGSIDE: Readonly<Record<string, readonly string[]>> = { "seccomp_filter.flags": ["digest"] };

/** What the comparison must have for a change of a column. */
function expectChange(changes: readonly Change[], source: string, spec: ResourceSpec, column: ColumnSpec): void {
  const own = changes.filter((change) => "resource" in change && change.resource === spec.name);
  const fields = new Set(own.map((change) => ("field" in change ? change.field : change.kind)).toSorted());
  const derived = DERIVED[source] ?? [];
  if (column.notCompared === "elsewhere" || spec.compared === "nothing") {
    expect([source, ...fields]).toEqual([source]);
    expect(changes.length).toBeGreaterThan(0);
  } else if (column.groupsOf !== undefined) {
    // Only what is shared has rows.
    expect(["resource-added", "resource-removed"]).toContain([...fields].join());
  } else if (column.comparedAs === "group" || column.comparedAs === "place") {
    expect([source, ...fields]).toEqual([source, column.name]);
  } else if (column.notCompared !== undefined) expect([source, ...fields]).toEqual([source, ...derived]);
  else if (spec.key.includes(column.name)) {
    const rows = spec.compared === "values" ? [] : ["resource-added", "resource-removed"];
    expect([source, ...fields]).toEqual([source, ...rows]);
  } else expect([source, ...fields]).toEqual([source, ...(ALONGSIDE[source] ?? []), column.name]);
}

/** A set before and after an edit that the table shows. */
async function editShown(source: string, spec: ResourceSpec, column: ColumnSpec): Promise<[Set, Set]> {
  for (const set of SETS) {
    const before = await shown(set, spec, column);
    for (const after of edits(set, source)) if ((await shown(after, spec, column)) !== before) return [set, after];
  }
  throw new Error(`No edit of ${source} is shown`);
}

describe("one edit of a CRIU set", () => {
  test.each(COLUMNS)("$source is one change of $spec.name $column.name", async ({ source, spec, column }) => {
    const [set, after] = await editShown(source, spec, column);
    const changes = await changesOf(set, after);
    expectChange(changes, source, spec, column);
    const swapped = (await changesOf(after, set)).map(({ kind }) => mirrored(kind)).toSorted();
    expect(swapped).toEqual(changes.map(({ kind }) => kind).toSorted());
  });
});

describe("a CRIU set that another dump would write of the same state", () => {
  /** Namespaces by the number that the other dump gives them. */
  const NAMESPACES: Readonly<Record<string, string>> = { 9: "40", 10: "30", 12: "50", 13: "60", 14: "8", 20: "5" };
  const FILE_STATUS = 0xc0n;
  const FILE_IDS = new Set(
    "fdinfo_entry.id file_entry.id fs_entry.cwd_id fs_entry.root_id mm_entry.exe_file_id".split(" ").concat(
      (MESSAGES.get("file_entry") ?? []).slice(2).map(({ type }) => `${type}.id`),
      ["fifo_entry.regf_id", "tty_file_entry.regf_id"],
    ),
  );
  const renumber: NumberChange = (field, value, numberOf) => {
    if (FILE_IDS.has(field) && value !== 0n) return value + 1000n;
    if (field === "vma_entry.shmid" && (numberOf("status") & FILE_STATUS) !== 0n) return value + 1000n;
    if (/^task_kobj_ids_entry\..*_ns_id$/.test(field)) return BigInt(NAMESPACES[String(value)] ?? value);
    if (/^cg_set_entry.id$|\.cg_set$/.test(field)) return value + 7n;
    if (/^unix_sk_entry\.(ino|peer)$/.test(field) && value !== 0n) return value + 5000n;
    return field.endsWith(".pipe_id") ? value + 300n : value;
  };

  /** The set of two UTS namespaces: that of the child has a name of its own. */
  function base(): Source[] {
    const set = setNumber(resourcefulSet(), "ids-25575.img", "task_kobj_ids_entry", 0, "uts_ns_id", 20);
    const copy = copied(set, "utsns-10.img", "utsns-20.img");
    return editField(copy, "utsns-20.img", "utsns_entry", 0, "nodename", () => encodeText("child"));
  }

  function numberedAnew(set: Set): Set {
    let other: Source[] = [...set];
    for (const { name } of set) {
      const place = memberOfName(name);
      const kind = MEMBER_KINDS[place?.kind ?? -1];
      if (kind?.message && kind.payload === undefined && kind.name !== "stats-dump" && kind.first === undefined) {
        other = mapNumbers(other, name, kind.message, renumber);
      }
      const number = NAMESPACES[String(place?.number)];
      const isOfNamespace = /^(ipcns|utsns|userns|mountpoints|netdev)/.test(name);
      if (isOfNamespace && number !== undefined) other = renamed(other, name, name.replace(/\d+/, number));
    }
    return other;
  }

  test("has no changes if it is numbered anew", async () => {
    expect(await changesOf(base(), numberedAnew(base()))).toEqual([]);
  });

  test.each(["files.img", "fdinfo-2.img", "mountpoints-12.img", "cgroup.img", "pstree.img"])(
    "has no changes if the entries of %s are in another order",
    async (name) => {
      expect(
        await changesOf(
          base(),
          editEntries(base(), name, (list) => list.toReversed()),
        ),
      ).toEqual([]);
    },
  );

  test("has no changes if its files are in another order", async () => {
    expect(await changesOf(base(), base().toReversed())).toEqual([]);
  });

  test("has the same change, however it is numbered", async () => {
    const edited = setNumber(base(), "core-25575.img", "core_entry", 0, "tc.rlimits.rlimits.cur", 77);
    const changes = await changesOf(base(), edited);
    expect(changes).toMatchObject([{ kind: "resource-changed", resource: "limits", field: "soft", after: "77" }]);
    expect(await changesOf(base(), numberedAnew(edited))).toEqual(changes);
  });
});
