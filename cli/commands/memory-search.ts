// ckptscope memory IMAGE --search, --bytes, --regex and --strings.

import { PAGE_STATES } from "../../app/decoder/memory/memory.ts";
import type { Matcher } from "../../app/memory/matchers.ts";
import { matcherFor, type Query } from "../../app/memory/query.ts";
import { patternMatcher } from "../../app/memory/regex.ts";
import { type Coverage, type Match, noCoverage, searchMemory } from "../../app/memory/search.ts";
import { SHORTEST, stringsMatcher } from "../../app/memory/strings.ts";
import { mappingEntry, mappingText, notCaptured, notCapturedText } from "../../app/memory/words.ts";
import { addressText } from "../../app/model/mappings.ts";
import { base64, jsonText, visible, visibleText } from "../../app/model/text/text.ts";
import { counted, sizeText } from "../../app/model/text/words.ts";
import { CliError } from "../error.ts";
import type { Io } from "../io.ts";
import { styleFor } from "../style.ts";
import { complainOf, type MemoryOptions, matchLimit, type OpenedMemory } from "./memory-options.ts";

/** The most matches that are printed, unless the user wants another number. */
const MOST_MATCHES = 10_000;

export async function search(opened: OpenedMemory, options: MemoryOptions, io: Io): Promise<number> {
  const { matcher, option } = matcherOf(options);
  if (typeof matcher === "string") throw new CliError(`${option}: ${matcher}`);
  const limit = matchLimit(options, options.strings ? Number.POSITIVE_INFINITY : MOST_MATCHES);
  const form = options.json ? jsonForm(opened) : textForm(opened, options, io);
  let coverage: Coverage = noCoverage();
  let count = 0;
  let isLimited = false;
  let isRead = await io.print(form.begin);
  for await (const found of searchMemory(opened.memory, opened.parts, matcher, { limit })) {
    ({ coverage, isLimited } = found);
    let text = "";
    for (const match of found.matches) text += form.match(match, count++);
    if (text !== "") isRead = await io.print(text);
    // `ckptscope memory … | head`
    if (!isRead) break;
  }
  if (isRead) await io.print(form.end(count, coverage, isLimited));
  complainOf(opened, io);
  if (!options.json) io.complain(`ckptscope memory: ${summary(options, count, coverage, isLimited)}`);
  return count > 0 ? 0 : 1;
}

/** The matcher for what the options ask for, or why there is none. */
function matcherOf(options: MemoryOptions): { readonly matcher: Matcher | string; readonly option: string } {
  const { search: text, bytes, regex, utf16, strings, shortest = SHORTEST } = options;
  if (strings) return { matcher: stringsMatcher({ shortest: Math.max(1, shortest), utf16 }), option: "--strings" };
  const kind: Query["kind"] = text !== undefined ? "text" : bytes !== undefined ? "bytes" : "regex";
  const query = { kind, text: text ?? bytes ?? regex ?? "", utf16, ignoreCase: options["ignore-case"] };
  return { matcher: matcherFor(query, patternMatcher), option: kind === "text" ? "--search" : `--${kind}` };
}

/** How matches are printed. */
interface Form {
  readonly begin: string;
  match(match: Match, nth: number): string;
  end(count: number, coverage: Coverage, isLimited: boolean): string;
}

const startOf = ({ memory }: OpenedMemory, { part, offset }: Match): string =>
  addressText(memory.mappings.start[part.mapping] as number, offset);

/** A line for each match: pid, address, mapping, and the text around it. */
function textForm(opened: OpenedMemory, { strings, utf16 }: MemoryOptions, io: Io): Form {
  const { checkpoint } = opened.opened.image;
  const { memory } = opened;
  const style = styleFor(io.colour);
  const text = (bytes: Uint8Array): string =>
    utf16 && bytes.length >= 2 ? visible(new TextDecoder("utf-16le").decode(bytes)) : visibleText(bytes);
  return {
    begin: "",
    match(match) {
      const { part, bytes, at, length } = match;
      const end = Math.min(bytes.length, at + length);
      const found = text(bytes.subarray(at, end));
      const before = visibleText(bytes.subarray(0, at));
      const shown = strings ? found : `${before}${style("bold", found)}${visibleText(bytes.subarray(end))}`;
      const mapping = mappingText(mappingEntry(checkpoint, memory, part.mapping));
      return `${part.space.number} ${startOf(opened, match)} ${mapping}: ${shown}\n`;
    },
    end: () => "",
  };
}

/** The JSON document, match by match. */
function jsonForm(opened: OpenedMemory): Form {
  const { memory } = opened;
  const { image, input } = opened.opened;
  return {
    begin: `{\n  "schema": 1,\n  "source": ${jsonText({ name: input.name, bytes: input.bytes })},\n  "matches": [`,
    match(match, nth) {
      const { part, bytes, at, length } = match;
      const entry = {
        pid: part.space.number < 0 ? null : part.space.number,
        address: startOf(opened, match),
        mapping: mappingEntry(image.checkpoint, memory, part.mapping),
        bytes: base64(bytes),
        at,
        length,
      };
      return `${nth === 0 ? "" : ","}\n    ${jsonText(entry)}`;
    },
    end(count, coverage, isLimited) {
      const reasons = PAGE_STATES.filter((state) => state !== "stored" && coverage[state] > 0);
      const facts = {
        captured: coverage.stored,
        notCaptured: notCaptured(coverage),
        notCapturedBy: Object.fromEntries(reasons.map((state) => [state, coverage[state]])),
        limited: isLimited,
        problems: memory.problems.map(({ severity, code, message }) => ({ severity, code, message })),
      };
      const lines = Object.entries(facts).map(([key, value]) => `  ${jsonText(key)}: ${jsonText(value)}`);
      return `${count === 0 ? "" : "\n  "}],\n${lines.join(",\n")}\n}\n`;
    },
  };
}

/** What was found, what was searched, and what could not be searched. */
function summary({ strings }: MemoryOptions, count: number, coverage: Coverage, isLimited: boolean): string {
  const found = strings ? counted(count, "string") : counted(count, "match", "matches");
  const stopped = isLimited ? " (there may be more: --limit)" : "";
  const rest = notCapturedText(coverage);
  return `${found}${stopped} in ${sizeText(coverage.stored)}${rest === null ? "" : `; not in the image and not searched: ${rest}`}`;
}
