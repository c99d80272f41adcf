// The set as a whole: dialect, machine and facts, from the inventory, the UTS namespace and signs of the release.

import type { Fact } from "../../../model/checkpoint.ts";
import { exactBytes, exactText, textAndBytes } from "../../../model/text/text.ts";
import { counted, sizeText, WRITTEN_BY } from "../../../model/text/words.ts";
import type { Head } from "../../builder.ts";
import type { Framing } from "../format/dialect-names.ts";
import { MEMBER_KINDS } from "../format/member-kinds.ts";
import { enumName } from "../format/messages.ts";
import { before, type Entry, type ImageFacts, type SetContext, since } from "../walk/context.ts";
import { eachBytes, fieldNumber, high, isSet, low, plan, scan } from "../wire/wire.ts";
import { machineOf } from "./machine.ts";
import { mayBeDead, readNamespaces } from "./on-tasks.ts";

const INVENTORY = plan("inventory_entry", [
  "img_version",
  "fdinfo_per_id",
  "root_ids",
  "pre_dump_mode",
  "lsmtype",
  "network_lock_method",
  "plugins_entry",
  "dump_criu_run_id",
  "allow_uprobes",
]);
const PLUGINS = fieldNumber("plugins_entry", "plugins");
/** Most plugins to list. */
const MOST_PLUGINS = 64;
const UTSNS = plan("utsns_entry", ["nodename"]);

/** inventory_entry: the version of the set. */
export function onInventory(set: SetContext, { bytes, start, end }: Entry): number {
  const { values, facts, tasks } = set;
  const { slot } = INVENTORY;
  const seen = scan(bytes, start, end, INVENTORY, values);
  if (isSet(seen, slot.img_version)) facts.imageVersion = low(values, slot.img_version);
  tasks.tablesById = isSet(seen, slot.fdinfo_per_id) && low(values, slot.fdinfo_per_id) !== 0;
  if (!tasks.tablesById) before(set, 4);
  facts.isPreDump = isSet(seen, slot.pre_dump_mode);
  const rootIds = isSet(seen, slot.root_ids) ? [low(values, slot.root_ids), high(values, slot.root_ids)] : null;
  const lsm = isSet(seen, slot.lsmtype) ? low(values, slot.lsmtype) : 0;
  if (lsm !== 0) facts.securityModule = enumName("lsmtype", lsm) ?? String(lsm);
  if (isSet(seen, slot.network_lock_method)) since(set, 316);
  if (isSet(seen, slot.plugins_entry) || isSet(seen, slot.dump_criu_run_id)) since(set, 401);
  if (isSet(seen, slot.allow_uprobes)) since(set, 402);
  if (isSet(seen, slot.plugins_entry)) {
    const [from, to] = [low(values, slot.plugins_entry), high(values, slot.plugins_entry)];
    eachBytes(bytes, from, to, PLUGINS, (nameStart, nameEnd) => {
      if (facts.plugins.length < MOST_PLUGINS) facts.plugins.push(exactText(bytes.subarray(nameStart, nameEnd)));
    });
  }
  // Last, as reading the nested message overwrites the values.
  if (rootIds !== null) tasks.rootNamespaces = readNamespaces(set, bytes, rootIds[0] as number, rootIds[1] as number);
  return seen;
}

/** utsns_entry: the host name. */
export function onUtsNamespace({ values, facts }: SetContext, { bytes, start, end }: Entry): number {
  const { nodename } = UTSNS.slot;
  const seen = scan(bytes, start, end, UTSNS, values);
  if (isSet(seen, nodename)) {
    facts.hostName ??= textAndBytes(bytes.subarray(low(values, nodename), high(values, nodename)));
  }
  return seen;
}

/** The checkpoint's data about the set as a whole. */
export function imageHead(set: SetContext, complete: boolean): Head {
  const { facts, seen, metadata, placed, kinds } = set;
  const dialect = dialectOf(set);
  if (seen.kinds.has("files")) since(set, 304);
  else if (MEMBER_KINDS.some(({ name, file }) => file !== undefined && seen.kinds.has(name))) before(set, 304);
  if (dialect === "v1.1") since(set, 106);
  else before(set, 106);
  const evidence =
    facts.imageVersion === null
      ? `The images begin with ${dialect === "v1" ? "their own magic only" : "the common magic"}; there is no inventory.`
      : `inventory.img has img_version ${facts.imageVersion}.`;
  return {
    format: "criu",
    dialect,
    evidence,
    complete,
    machine: machineOf(set),
    time: metadata.time,
    facts: [...metadata.facts, ...factsOf(set)],
    members: placed.map(({ source }) => ({ name: source.name, size: source.size })),
    recordKinds: kinds.list,
    objectTypes: [],
  };
}

/** The release before one that changed the format. */
const PREVIOUS: Readonly<Record<number, string>> = { 4: "0.3", 106: "1.5", 304: "3.3", 306: "3.5", 402: "4.1" };

const releaseText = (release: number): string => `${Math.floor(release / 100)}.${release % 100}`;

/** The releases that can have written the set: `CRIU 3.4 to 4.1`; `null` if unknown. */
function releasesText({ release, before, newer }: ImageFacts): string | null {
  if (newer.size > 0) return "CRIU newer than 4.2";
  const last = PREVIOUS[before];
  if (last === undefined) return release === 0 ? null : `CRIU ${releaseText(release)} or later`;
  // A set that contradicts itself was edited: what it lacks counts, as that is the layout of its files.
  if (release === 0 || release >= before) return `CRIU ${last} or earlier`;
  return releaseText(release) === last ? `CRIU ${last}` : `CRIU ${releaseText(release)} to ${last}`;
}

/** The page size, for machines with only one. */
const PAGE_SIZES: Readonly<Record<string, number>> = {
  "x86-64": 4096,
  arm: 4096,
  s390x: 4096,
  riscv64: 4096,
};

/** The page size in bytes: from the set, or the machine's only one; `null` if unknown. */
export const pageSizeOf = (set: SetContext): number | null =>
  set.facts.pageSize ?? PAGE_SIZES[machineOf(set).arch ?? ""] ?? null;

/** A number of pages in words: `64 KiB in 16 pages of 4 KiB`. */
export function pagesText(pages: number, size: number | null): string {
  const text = counted(pages, "page");
  return size === null ? `${text} of unknown size` : `${sizeText(pages * size)} in ${text} of ${sizeText(size)}`;
}

function dialectOf({ facts }: SetContext): Framing {
  if (facts.imageVersion === null) return facts.framing ?? "v1.1";
  return facts.imageVersion >= 2 ? "v1.1" : "v1";
}

function factsOf(set: SetContext): Fact[] {
  const { facts, builder, tasks } = set;
  const { memoryPages } = facts;
  const isLiving = Array.from({ length: builder.tasks.count }, (_, task) => !mayBeDead(set, task));
  const threads = tasks.threadOwners.filter((task) => isLiving[task]).length;
  const found: Fact[] = [];
  const add = (label: string, value: string | null) =>
    value !== null && found.push({ label, ...textAndBytes(exactBytes(value)) });
  add(WRITTEN_BY, releasesText(facts));
  const { arch, littleEndian } = machineOf(set);
  add("architecture", arch === null || littleEndian ? arch : `${arch}, big-endian`);
  if (facts.hostName !== null) found.push({ label: "host name", ...facts.hostName });
  add("plugins", facts.plugins.join(", ") || null);
  add("security module", facts.securityModule);
  add("parent set", set.metadata.parent ?? null);
  add("threads", threads > 0 ? String(isLiving.filter(Boolean).length + threads) : null);
  add("memory", memoryPages === 0 ? null : pagesText(memoryPages, pageSizeOf(set)));
  return found;
}
