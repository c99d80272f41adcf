// Values of a repeated field in another order are a change if the order says something, and none if it does not;
// neither are ids that two objects exchange.

import { describe, expect, test } from "vitest";
import { MEMBER_KINDS } from "../../../app/decoder/criu/format/member-kinds.ts";
import { memberOfName } from "../../../app/decoder/criu/format/member-names.ts";
import { MESSAGES, type MessageName } from "../../../app/decoder/criu/format/messages.ts";
import { bytesSource, type Source } from "../../../app/decoder/source.ts";
import { changesJson } from "../../../app/diff/describe/describe.ts";
import { diff } from "../../../app/diff/diff.ts";
import { readResources } from "../../../app/resources/read.ts";
import { setSources } from "../../support/criu.ts";
import {
  editEntries,
  editField,
  mapNumbers,
  type NumberChange,
  renamed,
  reverseField,
  setNumber,
} from "../../support/edit-set.ts";
import { resourcefulSet } from "../../support/resourceful-set.ts";
import { openSources } from "../../support/resources.ts";

type Set = readonly Source[];

async function changesOf(before: Set, after: Set) {
  const images = [await openSources(before), await openSources(after)] as const;
  const [one, other] = [await readResources(images[0]), await readResources(images[1])];
  return changesJson(diff(images[0].checkpoint, images[1].checkpoint, { resources: { before: one, after: other } }));
}

const bytesOfOne = ({ size, read }: Source): Uint8Array => read(0, size) as Uint8Array;
const bytesOf = (set: Set): string => set.map((source) => Buffer.from(bytesOfOne(source)).toString("hex")).join();

/** The set with a repeated field reversed, which it has with several values. */
function reversed(set: Set, name: string, message: MessageName, field: string): Set {
  const other = reverseField(set, name, message, field);
  expect(bytesOf(other)).not.toBe(bytesOf(set));
  return other;
}

const [RESOURCEFUL, FILES] = [resourcefulSet(), setSources("w4/before")];

describe("in another order", () => {
  test.each<[field: string, set: Set, name: string, message: MessageName]>([
    ["creds_entry.groups", RESOURCEFUL, "core-25575.img", "core_entry"],
    ["pstree_entry.threads", RESOURCEFUL, "pstree.img", "pstree_entry"],
    ["mm_entry.vmas", RESOURCEFUL, "mm-25572.img", "mm_entry"],
    ["eventpoll_file_entry.tfd", FILES, "files.img", "file_entry"],
    ["inotify_file_entry.wd", FILES, "files.img", "file_entry"],
  ])("%s is no change", async (field, set, name, message) => {
    const other = reversed(set, name, message, field);
    expect(await changesOf(set, other)).toEqual([]);
  });

  test.each<[field: string, set: Set, name: string, message: MessageName]>([
    ["task_rlimits_entry.rlimits", RESOURCEFUL, "core-25572.img", "core_entry"],
    ["task_core_entry.sigactions", RESOURCEFUL, "core-25572.img", "core_entry"],
    ["creds_entry.cap_eff", RESOURCEFUL, "core-25572.img", "core_entry"],
    ["seccomp_entry.seccomp_filters", RESOURCEFUL, "seccomp.img", "seccomp_entry"],
    ["inet_sk_entry.src_addr", RESOURCEFUL, "files.img", "file_entry"],
  ])("%s is a change: each place has its meaning", async (field, set, name, message) => {
    const other = reversed(set, name, message, field);
    expect(await changesOf(set, other)).not.toEqual([]);
  });

  test("groups and watches that differ are changes in the order of the images", async () => {
    const field = "inotify_file_entry.wd";
    const other = reversed(FILES, "files.img", "file_entry", field);
    let at = -1;
    editEntries(other, "files.img", (entries) => {
      // file_entry.type: INOTIFY.
      at = entries.findIndex((entry) => entry[0] === 8 && entry[1] === 8);
      return entries;
    });
    const edited = setNumber(other, "files.img", "file_entry", at, "ify.wd.mask", 1);
    const [change, ...rest] = await changesOf(FILES, edited);
    expect(rest).toEqual([]);
    expect(change).toMatchObject({ key: "watches", before: [{ wd: 2 }, { wd: 1 }], after: [{ wd: 1 }, { wd: 2 }] });
  });
});

/** Fields with the id of an open file; of mappings, shmid if they are of a file. */
const FILE_IDS: ReadonlySet<string> = new Set([
  ..."fdinfo_entry.id fs_entry.cwd_id fs_entry.root_id mm_entry.exe_file_id file_entry.id".split(" "),
  ..."fifo_entry.regf_id tty_file_entry.regf_id eventpoll_tfd_entry.id inotify_wd_entry.id".split(" "),
  ...(MESSAGES.get("file_entry") ?? []).slice(2).map(({ type }) => `${type}.id`),
]);
const FILE_STATUS = 0xc0n;

describe("ids that are exchanged", () => {
  test.each([
    ["w4", FILES],
    ["r1", RESOURCEFUL],
  ])("between the open files of %s are no change", async (_, set) => {
    const exchange: NumberChange = (field, value, numberOf) => {
      const isOfMapping = field === "vma_entry.shmid" && (numberOf("status") & FILE_STATUS) !== 0n;
      return value !== 0n && (FILE_IDS.has(field) || isOfMapping) ? 5000n - value : value;
    };
    let other: Source[] = [...set];
    for (const { name } of set) {
      const kind = MEMBER_KINDS[memberOfName(name)?.kind ?? -1];
      if (kind?.message && kind.payload === undefined && kind.first === undefined && kind.name !== "stats-dump") {
        other = mapNumbers(other, name, kind.message, exchange);
      }
    }
    expect(bytesOf(other)).not.toBe(bytesOf(set));
    expect(await changesOf(set, other)).toEqual([]);
  });

  test("between the file tables of two tasks are no change", async () => {
    const other = ["fdinfo-2.img", "fdinfo-3.img"].reduce(
      (set, name) => renamed(set, name, name.replace(/[23]/, (id) => `${5 - Number(id)}`).replace("fdinfo", "other")),
      [...FILES],
    );
    const named = other.map((source) => bytesSource(source.name.replace("other", "fdinfo"), bytesOfOne(source)));
    const tables: NumberChange = (field, value) =>
      field === "task_kobj_ids_entry.files_id" && (value === 2n || value === 3n) ? 5n - value : value;
    const exchanged = named.reduce<Source[]>(
      (set, { name }) => (name.startsWith("ids-") ? mapNumbers(set, name, "task_kobj_ids_entry", tables) : set),
      named,
    );
    expect(await changesOf(FILES, exchanged)).toEqual([]);
    // Without the ids, the tables are exchanged.
    expect((await changesOf(FILES, named)).length).toBeGreaterThan(0);
  });

  test("between two descriptors are a change of both", async () => {
    const name = "fdinfo-2.img";
    const ids: bigint[] = [];
    for (const at of [3, 4]) {
      editField(FILES, name, "fdinfo_entry", at, "id", (value) => {
        ids.push(value as bigint);
        return value;
      });
    }
    const [one = 0n, other = 0n] = ids;
    expect(one).not.toBe(other);
    const exchanged = setNumber(
      setNumber(FILES, name, "fdinfo_entry", 3, "id", other),
      name,
      "fdinfo_entry",
      4,
      "id",
      one,
    );
    const changed = new Set(
      (await changesOf(FILES, exchanged))
        .flatMap((change) => ("holders" in change ? change.holders : []))
        .map(({ fd }) => fd),
    );
    expect(changed.size).toBeGreaterThanOrEqual(2);
  });
});
