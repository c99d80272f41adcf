// Every field of CRIU's messages is compared, or known not to be: an edit of a new one must not go unnoticed.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { MEMBER_KINDS } from "../../../app/decoder/criu/format/member-kinds.ts";
import { memberOfName } from "../../../app/decoder/criu/format/member-names.ts";
import { ENUMS, MESSAGES, type MessageName } from "../../../app/decoder/criu/format/messages.ts";
import { isNumber } from "../../../app/decoder/criu/wire/wire.ts";
import type { Image } from "../../../app/decoder/image.ts";
import { openImage } from "../../../app/decoder/open.ts";
import type { Source } from "../../../app/decoder/source.ts";
import type { Comparison } from "../../../app/diff/comparison.ts";
import { kindAt } from "../../../app/diff/comparison.ts";
import { resourceAt } from "../../../app/diff/describe/resource-at.ts";
import { diff } from "../../../app/diff/diff.ts";
import { isNeededDetail } from "../../../app/diff/needed-details.ts";
import { changeSentence } from "../../../app/export/changes/changes-text.ts";
import { detailWords, linkWords } from "../../../app/export/changes/detail-words.ts";
import { resourceWords } from "../../../app/export/changes/resource-words.ts";
import { compareImages } from "../../support/compare.ts";
import { completeSet } from "../../support/complete-set.ts";
import { imageSources, SAMPLES } from "../../support/corpus.ts";
import { setSources } from "../../support/criu.ts";
import { editEntries, editField } from "../../support/edit-set.ts";
import { resourcefulSet } from "../../support/resourceful-set.ts";

type Set = readonly Source[];

const FIXTURES = join(import.meta.dirname, "../../fixtures/criu");

/** The folders of sets below a folder of the fixtures. */
const setsIn = (folder: string): Set[] =>
  readdirSync(join(FIXTURES, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !NOT_ONE_SET.has(entry.name))
    .map(({ name }) => setSources(`${folder}/${name}`));

/** Folders of several sets, or of parts of one. */
const NOT_ONE_SET: ReadonlySet<string> = new Set(["cut-members", "member-missing", "silent-changes"]);

const SETS: readonly Set[] = [
  resourcefulSet(),
  ...SAMPLES.filter(({ format, sides }) => format === "criu" && sides.includes("before")).map((sample) =>
    imageSources(sample, "before"),
  ),
  ...setsIn("verdicts"),
  ...setsIn("cases"),
  completeSet(),
];

/** Messages of registers, of an architecture that no set is of. */
const WITHOUT_SAMPLE: ReadonlySet<string> = new Set(["user_aarch64_fpsimd_context_entry"]);

const NUMBERED = "a number that every dump assigns anew";
const ADVANCES = "advances by itself";
const PLACE = "an address, which differs from run to run";
const DUMP = "how the set was dumped, not what";
const FOLLOWS = "follows from what is compared";
const LARGE = "signals above 64, which only MIPS has";
const PAGES = "where the pages are, which memory diff compares";

/** Fields whose edit is no change, with the reason. */
const NOT_COMPARED: readonly (readonly [fields: RegExp, reason: string])[] = [
  [/^\w+_entry\.(id|tty_id|pipe_id|id_for|ns_id|shmid)$/, NUMBERED],
  [/^(inet|netlink)_sk_entry\.ino$/, NUMBERED],
  [
    /^(reg_file|unix_sk|fh|bpfmap_file|fanotify_mount_mark)_entry\.mnt_id$/,
    "the number of a mount, which is compared by its place",
  ],
  [/^(task_core_entry\.old_seccomp_filter|seccomp_filter\.prev)$/, "the number of a filter, which is compared itself"],
  [/^net_device_entry\.peer_nsid$|^bpfmap_file_entry\.map_id$/, NUMBERED],
  [/^scm_entry\.type$/, "SCM_RIGHTS: CRIU refuses all others"],
  [/^tty_info_entry\.dev$/, NUMBERED],
  [/^mnt_entry\.root_dev$/, NUMBERED],
  [/^inventory_entry\.(?!lsmtype)/, DUMP],
  [/^inventory_entry\.lsmtype$/, "the security module of the host; its labels are compared"],
  [/^(dump|restore)_stats_entry\./, DUMP],
  [/^ipc_shm_entry\.in_pagemaps$|^ghost_file_entry\.chunks$/, DUMP],
  [/^mnt_entry\.(with_plugin|ext_mount|internal_sharing)$/, "how the restore mounts it; ext_key is compared"],
  [/^reg_file_entry\.checksum_(config|parameter)$/, "how the checksum was made"],
  [/^reg_file_entry\.checksum$/, "compared if both sets have one"],
  [/^core_entry\.mtype$/, "a note says that the architectures differ"],
  [/^(user_x86_|user_aarch64_|user_desc_t|thread_info_)/, "registers, which advance"],
  [/^task_core_entry\.cg_set$/, "that of the first thread counts, which newer sets have"],
  [/^task_core_entry\.flags$/, "PF_… of the kernel, which advance"],
  [/extended$/, LARGE],
  [
    /^thread_core_entry\.futex_rla|^rseq_entry\.rseq_(abi_pointer|cs)|^thread_sas_entry\.ss_sp|^aio_ring_entry\.id/,
    PLACE,
  ],
  [/^mm_entry\.mm_|^sa_entry\.restorer$|^posix_timer_entry\.sival_ptr$/, PLACE],
  [/^sa_entry\.compat_sigaction$/, FOLLOWS],
  [/^vma_entry\.(fd|fdflags)$/, FOLLOWS],
  [/^fdinfo_entry\.type$/, FOLLOWS],
  [/^eventpoll_tfd_entry\.(dev|inode|pos)$/, "the watched file, which is compared by its descriptors"],
  [/^(pagemap_head|pagemap_entry)\./, PAGES],
  [/^ipc_msg_entry\.qnum$|^(pipe_data_entry\.bytes|sk_packet_entry\.length|tty_data_entry\.data)$/, ADVANCES],
  [/^bpfmap_file_entry\.memlock$/, "what its contents take, which advance"],
  [/^timerfd_entry\.(ticks|vsec|vnsec)$|^posix_timer_entry\.(overrun|vsec|vnsec)$/, ADVANCES],
  [/^timespec\./, ADVANCES],
  [/^tcp_stream_entry\.(inq|outq|unsq|timestamp|snd_w[ln]|max_window|rcv_w[nu])/, ADVANCES],
  [/^fh_entry\./, "the handle of an inode, which is compared by its number"],
  [/^net_device_entry\.conf$|^netns_entry\.(def|all)_conf$/, "settings as CRIU before 2.0 wrote them, without names"],
  [/^sysctl_entry\.type$/, FOLLOWS],
  [/^pipe_entry\.gid$/, "of pipes that have a uid as well"],
  [/^(bpfmap_data_entry|ipc_msg|sk_ucred_entry)\./, ADVANCES],
  [/^irmap_cache_entry\./, DUMP],
  [/^netns_id\./, NUMBERED],
];

const reasonOf = (field: string): string | null => NOT_COMPARED.find(([fields]) => fields.test(field))?.[1] ?? null;

const isMessage = (type: string): boolean => MESSAGES.has(type as MessageName);
const isText = (type: string): boolean => type === "string" || type === "bytes";
/** Fixed64 is written by no edit. */
const isEdited = (type: string): boolean =>
  type !== "fixed64" && (isText(type) || isNumber(type) || ENUMS[type] !== undefined);

const FIELDS = [...MESSAGES].flatMap(([message, fields]) =>
  fields.filter(({ type }) => isEdited(type)).map(({ name }) => `${message}.${name}`),
);

/** What an edit flips, where the lowest bit says nothing. */
const BITS: Readonly<Record<string, bigint>> = {
  "vma_entry.status": 0x1_0000n,
  "thread_sas_entry.ss_flags": 2n,
  "netlink_sk_entry.state": 6n,
};

const edited =
  (field: string, type: string) =>
  (value: bigint | Uint8Array | null): bigint | Uint8Array => {
    if (typeof value === "bigint") return value ^ (BITS[field] ?? 1n);
    if (value !== null && value.length > 0) return value.with(0, (value[0] as number) ^ 2);
    return isText(type) ? Uint8Array.of(0x78) : 1n;
  };

/** Members of IPC objects, whose entries are followed by contents. */
const IPC: Readonly<Record<string, MessageName>> = {
  "ipcns-shm": "ipc_shm_entry",
  "ipcns-msg": "ipc_msg_entry",
  "ipcns-sem": "ipc_sem_entry",
};

const MOST_ENTRIES = 60;
const DEEPEST = 5;

/** The sets with one of the fields edited, for each entry and place that has it. */
function* edits(set: Set, isWanted: (field: string) => boolean): Generator<readonly [field: string, after: Set]> {
  for (const { name } of set) {
    const kind = MEMBER_KINDS[memberOfName(name)?.kind ?? -1];
    const roots = [kind?.first, kind?.message ?? IPC[kind?.name ?? ""]].filter((root) => root != null);
    for (const root of roots) {
      for (let entry = 0; entry < MOST_ENTRIES && hasEntry(set, name, entry); entry++) {
        yield* editsIn(root, "", 0);

        function* editsIn(message: string, prefix: string, depth: number): ReturnType<typeof edits> {
          for (const { name: own, type } of MESSAGES.get(message) ?? []) {
            const field = `${message}.${own}`;
            if (isMessage(type) && depth < DEEPEST) yield* editsIn(type, `${prefix}${own}.`, depth + 1);
            if (!isEdited(type) || !isWanted(field)) continue;
            const after = attempt(() => editField(set, name, root, entry, `${prefix}${own}`, edited(field, type)));
            // Another entry has the message.
            if (after === null) break;
            yield [field, after];
          }
        }
      }
    }
  }
}

function attempt<T>(make: () => T): T | null {
  try {
    return make();
  } catch {
    return null;
  }
}

/** Whether a member has an n-th entry. */
function hasEntry(set: Set, name: string, n: number): boolean {
  let count = 0;
  editEntries(set, name, (entries) => {
    count = entries.length;
    return entries;
  });
  return n < count;
}

/** Whether anything differs. The tables of resources are read only if nothing else does. */
async function isChanged(before: Image, after: Image): Promise<boolean> {
  const compared = diff(before.checkpoint, after.checkpoint);
  expectDifferentWords(compared);
  if (compared.changes.count > 0) return true;
  const withResources = await compareImages(before, after);
  expectDifferentWords(withResources);
  return withResources.changes.count > 0;
}

/** Expects that nobody reads a change from something to the same. */
function expectDifferentWords(comparison: Comparison): void {
  for (let index = 0; index < comparison.changes.count; index++) {
    const words = valuesInWords(comparison, index);
    if (words !== null) expect(words.after, changeSentence(comparison, index)).not.toBe(words.before);
  }
}

function valuesInWords(comparison: Comparison, index: number): { before: string; after: string } | null {
  switch (kindAt(comparison, index)) {
    case "file-detail":
    case "task-detail":
      return detailWords(comparison, index);
    case "file-linked":
      return linkWords(comparison, index);
    case "resource-changed": {
      const { compared, change } = resourceAt(comparison, index);
      return resourceWords(compared, change, (text) => text).values;
    }
    default:
      return null;
  }
}

/** Opens a set as the command line does, which reads no more than a comparison needs, and nothing twice. */
async function openSources(set: Set, options: { readonly earlier?: Image } = {}): Promise<Image> {
  const image = await openImage(set, { details: isNeededDetail, ...options });
  if ("refused" in image) throw new Error(image.refused);
  return image;
}

/** Most edits of a field of one set that are tried. */
const MOST_TRIES = 40;

describe("an edit of a field of a CRIU set", () => {
  test("is a change, unless it is known not to be", async () => {
    const left = new Set(
      FIELDS.filter((field) => reasonOf(field) === null && !WITHOUT_SAMPLE.has(field.split(".")[0] ?? "")),
    );
    for (const set of SETS) {
      const before = await openSources(set);
      const tries = new Map<string, number>();
      const isWanted = (field: string): boolean => left.has(field) && (tries.get(field) ?? 0) < MOST_TRIES;
      for (const [field, after] of edits(set, isWanted)) {
        tries.set(field, 1 + (tries.get(field) ?? 0));
        if (await isChanged(before, await openSources(after, { earlier: before }))) left.delete(field);
      }
    }
    expect([...left]).toEqual([]);
  });

  test("is listed for no field that does not exist", () => {
    const unused = NOT_COMPARED.filter(([fields]) => !FIELDS.some((field) => fields.test(field)));
    expect(unused.map(([fields]) => String(fields))).toEqual([]);
    expect([...WITHOUT_SAMPLE].filter((message) => !isMessage(message))).toEqual([]);
  });
});
