// Firewall rules of network namespaces: the text that iptables-save(8), ip6tables-save(8) and `nft list ruleset` print,
// line by line, without counters.

import type { Source } from "../../decoder/source.ts";
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

/** Takes a line of a listing, in order; `null`: it says nothing of its own. */
type Parser = (line: string) => Line | null;

const LISTINGS: readonly (readonly [member: string, createParser: () => Parser])[] = [
  ["iptables", createIptablesParser],
  ["ip6tables", createIptablesParser],
  ["nftables", createNftablesParser],
];

/** Reads the table of firewall rules. */
export async function readFirewall(set: SetReader, tables: Tables): Promise<void> {
  if (!tables.wants("firewall")) return;
  for (const [tool, createParser] of LISTINGS) {
    for (const [member, namespace] of set.members.ofKind(tool)) {
      const source = set.source(member);
      if (source === undefined) continue;
      tables.hold("firewall");
      const parse = createParser();
      const last = new Map<string, string>();
      for await (const text of linesIn(set, source)) {
        const line = parse(text);
        if (line === null) continue;
        const { table, chain, rule, policy } = line;
        const place = `${table}\0${chain}`;
        const after = rule === null ? null : (last.get(place) ?? null);
        if (rule !== null) last.set(place, rule);
        const row = { namespace, tool, table: bytesOf(table), chain: bytesOf(chain), rule: bytesOf(rule) };
        if (!tables.add("firewall", { ...row, policy, after: bytesOf(after) })) return;
      }
    }
  }
}

/** Bytes at once that are read, and that become text. */
const [READ, PIECE] = [1 << 20, 4096];

/** One character for each byte. */
function textOf(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += PIECE) text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return text;
}

/** The lines that say something. Lines that begin with # are comments, such as when it was written. */
async function* linesIn(set: SetReader, source: Source): AsyncGenerator<string> {
  let rest = "";
  for (let at = 0; at < source.size; at += READ) {
    set.throwIfAborted();
    const lines = (rest + textOf(await source.read(at, Math.min(READ, source.size - at)))).split("\n");
    rest = at + READ < source.size ? (lines.pop() ?? "") : "";
    for (const line of lines) {
      const text = line.trim();
      if (text !== "" && !text.startsWith("#")) yield text;
    }
  }
}

const bytesOf = (text: string | null): Uint8Array | null =>
  text === null ? null : Uint8Array.from(text, (character) => character.charCodeAt(0));

/** `*table`, `:CHAIN POLICY [packets:bytes]`, `[packets:bytes] -A CHAIN rule`, `COMMIT`. */
function createIptablesParser(): Parser {
  let table: string | null = null;
  return (line) => {
    if (line.startsWith("*")) {
      table = line.slice(1);
      return null;
    }
    if (line === "COMMIT") return null;
    const chain = /^:(\S+) (.*?)(?: \[\d+:\d+\])?$/.exec(line);
    const rule = /^(?:\[\d+:\d+\] )?-A (\S+) ?(.*)$/.exec(line);
    if (chain !== null) return { table, chain: chain[1] ?? null, rule: null, policy: chain[2] ?? "" };
    if (rule !== null) return { table, chain: rule[1] ?? null, rule: rule[2] ?? "" };
    return { table, chain: null, rule: line };
  };
}

/** What advances by itself in a line of `nft list ruleset`: counters, quotas, the age of elements. */
const ADVANCING = / ?\b(packets \d+ bytes \d+|used \d+ \w+|expires \w+)/g;

/** `table FAMILY NAME {`, in it `chain NAME {`, `set NAME {` …, in these lines, all of which end with `}`. */
function createNftablesParser(): Parser {
  const open: string[] = [];
  return (line) => {
    const [table = null, chain = null] = open;
    if (line === "}") {
      open.pop();
      return null;
    }
    if (!line.endsWith("{")) {
      const rule = line.replace(ADVANCING, "");
      return rule === "" ? null : { table, chain, rule };
    }
    const name = line.slice(0, -1).trim();
    open.push(name.replace(/^(table|chain) /, ""));
    const [ownTable = null, ownChain = null] = open;
    return { table: ownTable, chain: ownChain, rule: open.length > 2 ? name : null };
  };
}
