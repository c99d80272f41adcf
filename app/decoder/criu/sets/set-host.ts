// The host that a set was dumped on, from its own files: its name, where the set has one UTS
// namespace, and its machine.

import { baseName } from "../../../model/text/paths.ts";
import { exactText } from "../../../model/text/text.ts";
import type { Source } from "../../source.ts";
import { MEMBER_KINDS } from "../format/member-kinds.ts";
import { enumName } from "../format/messages.ts";
import { firstEntry } from "../wire/first-entry.ts";
import { high, isSet, low, plan, scan, scratch } from "../wire/wire.ts";

const UTSNS = plan("utsns_entry", ["nodename"]);
const CORE = plan("core_entry", ["mtype"]);

/** What a set records of its host. */
export async function hostOf(sources: readonly Source[]): Promise<Readonly<Record<string, string>>> {
  const host: Record<string, string> = {};
  const values = scratch();
  const names = sources.filter(({ name }) => name.includes("utsns-") && /^utsns-\d+\.img$/.test(baseName(name)));
  const [utsns] = names;
  // With several, it is unknown which is the host's.
  const named = utsns === undefined || names.length > 1 ? null : await entryOf(utsns, "utsns");
  if (named !== null) {
    const { nodename } = UTSNS.slot;
    const { bytes, start, end } = named;
    if (isSet(scan(bytes, start, end, UTSNS, values), nodename)) {
      host["host name"] = exactText(bytes.subarray(low(values, nodename), high(values, nodename)));
    }
  }
  const core = sources.find(({ name }) => name.includes("core-") && /^core-\d+\.img$/.test(baseName(name)));
  const first = core === undefined ? null : await entryOf(core, "core");
  if (first !== null) {
    const seen = scan(first.bytes, first.start, first.end, CORE, values);
    const { mtype } = CORE.slot;
    if (isSet(seen, mtype)) host.machine = enumName("march", low(values, mtype)) ?? String(low(values, mtype));
  }
  return host;
}

const entryOf = (source: Source, kind: "utsns" | "core") =>
  firstEntry(
    source,
    MEMBER_KINDS.find(({ name }) => name === kind),
    4096,
  );
