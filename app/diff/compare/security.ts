// Which changes of resources concern security: those that allow a task to do something new, or others to reach it.

import type { DetailValue } from "../../model/fields.ts";

/** The values of a row by column. */
export type Values = (name: string) => DetailValue;

/** Whether a change of a row concerns security; `before` or `after` is `null` if the row is not on that side. */
type Watch = (before: Values | null, after: Values | null, column: string | null) => boolean;

const permissions = (row: Values | null): string => String(row?.("permissions") ?? "----");

const isWritableCode = (row: Values | null): boolean => /^.wx/.test(permissions(row));

/** Kinds of mapping whose contents come from no file, so that code in them was made while the program ran. */
const WITHOUT_FILE: ReadonlySet<DetailValue> = new Set(["anonymous", "heap", "stack", "shared", "memfd", "sysv"]);

const isAnonymousCode = (row: Values | null): boolean =>
  permissions(row)[2] === "x" && WITHOUT_FILE.has(row?.("kind") ?? null);

const CAPABILITY_SETS: ReadonlySet<string> = new Set(["effective", "permitted", "inheritable", "bounding", "ambient"]);

/** What a list has after and not before. */
function gained(before: Values | null, after: Values | null, column: string): boolean {
  const had = new Set((before?.(column) ?? []) as readonly DetailValue[]);
  return ((after?.(column) ?? []) as readonly DetailValue[]).some((each) => !had.has(each));
}

/** Connected sockets have a remote address; a datagram socket without one takes what anybody sends. */
const isListening = (row: Values | null): boolean => {
  if (row === null) return false;
  if (row("state") === "listen") return true;
  return row("protocol") === "udp" && row("remote") === null && row("local") !== null;
};

const WATCHED: Readonly<Record<string, Watch>> = {
  mappings: (before, after) =>
    (isWritableCode(after) && !isWritableCode(before)) || (isAnonymousCode(after) && !isAnonymousCode(before)),
  credentials: (before, after, column) => {
    if (column === null || before === null || after === null) return false;
    if (CAPABILITY_SETS.has(column) || column === "groups") return gained(before, after, column);
    // Ids, securebits and the label: any change; no_new_privs is never cleared by the kernel.
    return column !== "noNewPrivs" || after(column) !== true;
  },
  sockets: (before, after) => isListening(after) && !isListening(before),
  openers: (_, after) => after !== null,
  seccomp: () => true,
  namespaces: () => true,
  idmaps: () => true,
};

/** Whether a change of a resource concerns security. */
export const isSecurityChange = (
  resource: string,
  before: Values | null,
  after: Values | null,
  column: string | null,
): boolean => WATCHED[resource]?.(before, after, column) ?? false;
