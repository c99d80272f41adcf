// Fields that older releases of CRIU do not write: a set without one, compared with a set that has it, has not changed.

import { expect, test } from "vitest";
import { MEMBER_KINDS } from "../../../app/decoder/criu/format/member-kinds.ts";
import { memberOfName } from "../../../app/decoder/criu/format/member-names.ts";
import { MESSAGES, type MessageName } from "../../../app/decoder/criu/format/messages.ts";
import { openImage } from "../../../app/decoder/open.ts";
import type { Source } from "../../../app/decoder/source.ts";
import { changesJson } from "../../../app/diff/describe/describe.ts";
import { compareImages } from "../../support/compare.ts";
import { completeSet } from "../../support/complete-set.ts";
import { withoutField } from "../../support/edit-set.ts";

const NONE = "absent where there is none";
const MEMBER = "decides which objects there are";
const OLDER = "in the first release, or written with another field of the list";

/** Optional fields without which a set says something else, with the reason. */
const WITH_A_MEANING: readonly (readonly [fields: RegExp, reason: string])[] = [
  [/^inventory_entry\./, MEMBER],
  [/^file_entry\./, MEMBER],
  [/^core_entry\.(tc|thread_core)$/, OLDER],
  [/^task_core_entry\.(signals_s|membarrier_registration_mask|stop_signo)$/, NONE],
  [/^thread_core_entry\.(pdeath_sig|seccomp_mode|seccomp_filter|cg_set)$/, NONE],
  [/^thread_core_entry\.sched_nice$/, "written by the same releases as sched_policy"],
  [/^fdinfo_entry\.xattr_security_selinux$/, NONE],
  [/^(inet_sk_entry\.v6only|sk_opts_entry\.reuseaddr|packet_sock_entry\.(fanout|rx_ring|tx_ring))$/, NONE],
  [/^fanotify_(mount_mark_entry\.path|mark_entry\.me)$/, NONE],
  [/^vma_entry\.madv$/, NONE],
  [/^mnt_entry\.(shared_id|master_id|fsname|ext_key)$/, NONE],
  [/^creds_entry\.no_new_privs$/, NONE],
  [/^seccomp_filter\.(prev|flags)$/, NONE],
  [/^binfmt_misc_entry\./, NONE],
  [/^pidns_entry\.ext_key$/, NONE],
  [/^net_device_entry\.(tun|address|macvlan|sit|peer_nsid)$/, NONE],
  [/^(macvlan_link_entry|sit_entry)\./, NONE],
  [/^tcp_stream_entry\.rcv_wscale$/, NONE],
];

/** The messages that a message has in it, and itself. */
function messagesIn(root: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(root)) return found;
  found.add(root);
  for (const { type } of MESSAGES.get(root as MessageName) ?? []) {
    if (MESSAGES.has(type as MessageName)) messagesIn(type, found);
  }
  return found;
}

const SET: readonly Source[] = completeSet();

/** The members whose entries have messages, with these. */
const MEMBERS = SET.flatMap(({ name }) => {
  const root = MEMBER_KINDS[memberOfName(name)?.kind ?? -1]?.message;
  return root == null ? [] : [{ name, root, messages: messagesIn(root) }];
});

/** The set without a field in any entry; `null`: no entry has it. */
function lacking(message: string, field: string): readonly Source[] | null {
  const set = MEMBERS.filter(({ messages }) => messages.has(message)).reduce(
    (edited, { name, root }) => withoutField(edited, name, root, `${message}.${field}`),
    SET,
  );
  return set.every(({ size }, at) => size === SET[at]?.size) ? null : set;
}

async function open(set: readonly Source[]) {
  const image = await openImage(set);
  if ("refused" in image) throw new Error(image.refused);
  return image;
}

test("an optional field that no entry of one set has is no change, unless its absence has a meaning", async () => {
  const whole = await open(SET);
  const changed: string[] = [];
  const unused = new Set(WITH_A_MEANING.map(([fields]) => fields));
  for (const [message, fields] of MESSAGES) {
    for (const { name } of fields.filter(({ label }) => label === "optional")) {
      const known = WITH_A_MEANING.find(([pattern]) => pattern.test(`${message}.${name}`));
      if (known !== undefined) unused.delete(known[0]);
      const set = known === undefined ? lacking(message, name) : null;
      if (set === null) continue;
      const image = await open(set);
      for (const comparison of [await compareImages(whole, image), await compareImages(image, whole)]) {
        if (comparison.changes.count === 0) continue;
        changed.push(`${message}.${name}: ${JSON.stringify(changesJson(comparison)[0])}`);
      }
    }
  }
  expect(changed).toEqual([]);
  expect([...unused].map(String)).toEqual([]);
});

test.each([
  ["task_core_entry", "child_subreaper", "subreaper (2 tasks)"],
  ["thread_core_entry", "sched_policy", "policy (4 threads)"],
  ["thread_core_entry", "timerslack_ns", "timer slack (1 thread)"],
  ["thread_core_entry", "sas", "signal stack (1 thread), size of that (4 threads)"],
  ["thread_core_entry", "rseq_entry", "rseq (4 threads), size of that (4 threads), rseq signature (4 threads)"],
  ["cg_controller_entry", "is_threaded", "threaded (4 control group properties)"],
])("a note says that a set does not record %s.%s", async (message, field, words) => {
  const { changes, notes } = await compareImages(await open(SET), await open(lacking(message, field) ?? []));
  expect(changes.count).toBe(0);
  const [note] = notes.filter(({ code }) => code === "resources-on-one-side");
  expect(note?.message).toContain("The image after does not record: ");
  expect(note?.message).toContain(words);
});
