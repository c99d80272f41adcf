// Objects that tasks share: credentials, actions on signals, namespaces. Each is a row, or several, without its task.

import { capabilityNames } from "../../model/capabilities.ts";
import { signalName } from "../../model/signals.ts";
import type { Row } from "../table.ts";
import { spec } from "../tables.ts";
import { actionFlags } from "../words.ts";
import { type Struct, take } from "./record-reader.ts";

/** A row in the making. */
export type Draft = Record<string, Row[string]>;

/** Sets of capabilities, and the letter that CRED has for them. */
const CAPABILITY_SETS = [
  ["effective", "e"],
  ["permitted", "p"],
  ["inheritable", "i"],
  ["bounding", "b"],
] as const;

/** The row of a CRED. */
export function credentialsOf(cred: Struct, groups: readonly number[], arch: string | null): Draft {
  const row: Draft = { groups };
  take(row, spec("credentials"), cred, arch);
  for (const [key, letter] of CAPABILITY_SETS) {
    row[key] = capabilityNames([0, 1].map((word) => cred.number(`cap_s.cap_${letter}_${word}`)));
  }
  return row;
}

const SIGNALS = 64;
const SIG_DFL = 0n;
const SIG_IGN = 1n;

/** The rows of a SIGHAND: of the signals whose action is not the default. */
export function actionsOf(sighand: Struct, arch: string | null): Draft[] {
  return sighand.entries("action", "ckpt_sigaction", SIGNALS).flatMap((action, at): Draft[] => {
    const handler = action.big("_sa_handler") ?? SIG_DFL;
    if (handler === SIG_DFL) return [];
    const row: Draft = { signal: signalName(at + 1, arch) ?? `signal ${at + 1}` };
    row.action = handler === SIG_IGN ? "ignore" : "handler";
    if (handler === SIG_IGN) row.handler = null;
    take(row, spec("signals"), action, arch);
    row.flags = actionFlags(action.big("sa_flags") ?? 0n, arch);
    return [row];
  });
}

/** The namespaces that an NS names. */
export function namespacesOf(ns: Struct): Draft[] {
  return ["uts", "ipc", "net"].map((kind) => ({ kind, id: ns.number(`${kind}_objref`) })).filter(({ id }) => id > 0);
}
