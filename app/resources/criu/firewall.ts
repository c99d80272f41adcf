// Firewall rules of network namespaces: the text that iptables-save(8), ip6tables-save(8) and `nft list ruleset` print,
// line by line, without counters.

import type { Tables } from "../tables.ts";
import type { SetReader } from "./set-reader.ts";

/** A line that says something. Texts have one character for each byte. */
interface Line {
  readonly table: string | null;
  readonly chain: string | null;
  /** `null`: the line declares the chain, or the table. */
  readonly rule: string | null;
  readonly policy?: string;
}

const LISTINGS: readonly (readonly [member: string, lines: (text: string) => Generator<Line>])[] = [
  ["iptables", iptablesLines],
  ["ip6tables", iptablesLines],
  ["nftables", nftablesLines],
];

/** No more of a listing is read. */
const MOST_BYTES = 1 << 26;

/** Reads the table of firewall rules. */
export async function readFirewall(set: SetReader, tables: Tables): Promise<void> {
  if (!tables.wants("firewall")) return;
  for (const [tool, linesOf] of LISTINGS) {
    for (const [member, namespace] of set.members.ofKind(tool)) {
      const source = set.source(member);
      if (source === undefined) continue;
      set.throwIfAborted();
      tables.hold("firewall");
      const text = textOf(await source.read(0, Math.min(source.size, MOST_BYTES)));
      const last = new Map<string, string>();
      for (const { table, chain, rule, policy } of linesOf(text)) {
        const place = `${table}\0${chain}`;
        const after = rule === null ? null : (last.get(place) ?? null);
        if (rule !== null) last.set(place, rule);
        const row = { namespace, tool, table: bytesOf(table), chain: bytesOf(chain), rule: bytesOf(rule) };
        if (!tables.add("firewall", { ...row, policy, after: bytesOf(after) })) return;
      }
    }
  }
}

/** Bytes at once that become text. */
const PIECE = 4096;

/** One character for each byte. */
function textOf(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += PIECE) text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return text;
}

const bytesOf = (text: string | null): Uint8Array | null =>
  text === null ? null : Uint8Array.from(text, (character) => character.charCodeAt(0));

/** The lines of a text that say something. Lines that begin with # are comments, such as when it was written. */
const linesIn = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));

/** `*table`, `:CHAIN POLICY [packets:bytes]`, `[packets:bytes] -A CHAIN rule`, `COMMIT`. */
function* iptablesLines(text: string): Generator<Line> {
  let table: string | null = null;
  for (const line of linesIn(text)) {
    if (line.startsWith("*")) table = line.slice(1);
    else if (line !== "COMMIT") {
      const chain = /^:(\S+) (.*?)(?: \[\d+:\d+\])?$/.exec(line);
      const rule = /^(?:\[\d+:\d+\] )?-A (\S+) ?(.*)$/.exec(line);
      if (chain !== null) yield { table, chain: chain[1] ?? null, rule: null, policy: chain[2] ?? "" };
      else if (rule !== null) yield { table, chain: rule[1] ?? null, rule: rule[2] ?? "" };
      else yield { table, chain: null, rule: line };
    }
  }
}

/** What advances by itself in a line of `nft list ruleset`: counters, quotas, the age of elements. */
const ADVANCING = / ?\b(packets \d+ bytes \d+|used \d+ \w+|expires \w+)/g;

/** `table FAMILY NAME {`, in it `chain NAME {`, `set NAME {` …, in these lines, all of which end with `}`. */
function* nftablesLines(text: string): Generator<Line> {
  const open: string[] = [];
  for (const line of linesIn(text)) {
    const [table = null, chain = null] = open;
    if (line === "}") open.pop();
    else if (line.endsWith("{")) {
      const name = line.slice(0, -1).trim();
      open.push(name.replace(/^(table|chain) /, ""));
      const [ownTable = null, ownChain = null] = open;
      yield { table: ownTable, chain: ownChain, rule: open.length > 2 ? name : null };
    } else {
      const rule = line.replace(ADVANCING, "");
      if (rule !== "") yield { table, chain, rule };
    }
  }
}
