// ckptscope memory BEFORE AFTER --diff

import { diffMemories, type MappingChange } from "../../app/memory/diff.ts";
import { mappingEntry, mappingText } from "../../app/memory/words.ts";
import { addressText } from "../../app/model/mappings.ts";
import { jsonText } from "../../app/model/text/text.ts";
import { counted, sizeText } from "../../app/model/text/words.ts";
import type { Io } from "../io.ts";
import { complainOf, type MemoryOptions, type OpenedMemory } from "./memory-options.ts";

/** Runs of changed pages that the text lists of one mapping; the JSON document has them all. */
const MOST_RUNS = 8;

const DIFFERENT = ["changed", "only-before", "only-after"] as const;

export async function diffMemory(
  before: OpenedMemory,
  after: OpenedMemory,
  { json }: MemoryOptions,
  io: Io,
): Promise<number> {
  const sides = [before, after].map(({ opened, memory }) => ({ checkpoint: opened.image.checkpoint, memory }));
  const chosenBefore = new Set(before.parts.map(({ mapping }) => mapping));
  const chosenAfter = new Set(after.parts.map(({ mapping }) => mapping));
  const isChosen = (change: MappingChange): boolean =>
    (change.before !== null && chosenBefore.has(change.before)) ||
    (change.after !== null && chosenAfter.has(change.after));
  if (json) await io.print(`{\n  "schema": 1,\n${sourcesOf(before, after)}  "mappings": [`);
  let listed = 0;
  let different = 0;
  let unknown = 0;
  const [one, other] = sides;
  if (one === undefined || other === undefined) return 2;
  for await (const change of diffMemories(one, other)) {
    if (!isChosen(change)) continue;
    unknown += change.bytes.unknown;
    const isDifferent =
      change.before === null || change.after === null || DIFFERENT.some((kind) => change.bytes[kind] > 0);
    if (isDifferent) different++;
    if (!isDifferent && !json) continue;
    const text = json
      ? `${listed === 0 ? "" : ","}\n    ${jsonText(entryOf(change, before, after))}`
      : textOf(change, before, after);
    listed++;
    if (!(await io.print(text))) break;
  }
  complainOf(before, io);
  complainOf(after, io);
  if (json) await io.print(`${listed === 0 ? "" : "\n  "}],\n  "equal": ${different === 0}\n}\n`);
  else {
    const found = different === 0 ? "No page differs" : `${counted(different, "mapping")} with different contents`;
    const rest = unknown === 0 ? "" : `; ${sizeText(unknown)} were not compared, because an image lacks them`;
    io.complain(`ckptscope memory: ${found}${rest}`);
  }
  return different === 0 ? 0 : 1;
}

function sourcesOf(before: OpenedMemory, after: OpenedMemory): string {
  const source = ({ opened: { input } }: OpenedMemory): string => jsonText({ name: input.name, bytes: input.bytes });
  return `  "before": ${source(before)},\n  "after": ${source(after)},\n`;
}

const pidOf = ({ spaceBefore, spaceAfter }: MappingChange): number => (spaceAfter ?? spaceBefore)?.number ?? -1;

function entryOf(change: MappingChange, before: OpenedMemory, after: OpenedMemory) {
  const side = ({ opened, memory }: OpenedMemory, row: number | null) =>
    row === null ? null : mappingEntry(opened.image.checkpoint, memory, row);
  const pid = pidOf(change);
  return {
    pid: pid < 0 ? null : pid,
    before: side(before, change.before),
    after: side(after, change.after),
    bytes: change.bytes,
    runs: change.runs.filter(({ change: kind }) => kind !== "same" && kind !== "unknown"),
  };
}

function textOf(change: MappingChange, before: OpenedMemory, after: OpenedMemory): string {
  const entry = entryOf(change, before, after);
  const name = (side: typeof entry.before): string =>
    side === null ? "" : `${side.start}-${side.end} ${mappingText(side)}`;
  const head = `pid ${pidOf(change)} `;
  if (entry.before === null) return `+ ${head}${name(entry.after)}\n`;
  if (entry.after === null) return `- ${head}${name(entry.before)}\n`;
  const moved = name(entry.before) === name(entry.after) ? "" : ` → ${name(entry.after)}`;
  const facts = DIFFERENT.filter((kind) => change.bytes[kind] > 0).map(
    (kind) => `${sizeText(change.bytes[kind])} ${WORDS[kind]}`,
  );
  const base = after.memory.mappings.start[change.after as number] as number;
  const runs = entry.runs
    .slice(0, MOST_RUNS)
    .map(
      ({ start, end, change: kind }) => `    ${addressText(base, start)}-${addressText(base, end)} ${WORDS[kind]}\n`,
    );
  const more = entry.runs.length - runs.length;
  const rest = more > 0 ? `    and ${counted(more, "more part")}\n` : "";
  return `~ ${head}${name(entry.before)}${moved}: ${facts.join(", ")}\n${runs.join("")}${rest}`;
}

const WORDS: Readonly<Record<string, string>> = {
  changed: "changed",
  "only-before": "only in the image before",
  "only-after": "only in the image after",
};
