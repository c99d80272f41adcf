// What must hold of what is made of an image: documents, texts, tables, comparisons, packed images.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import Ajv from "ajv/dist/2020.js";
import { checkImage } from "../../app/checks/check.ts";
import type { Findings } from "../../app/checks/findings.ts";
import type { Image } from "../../app/decoder/image.ts";
import { CHANGE_KINDS, mirrored } from "../../app/diff/changes.ts";
import type { Comparison } from "../../app/diff/comparison.ts";
import { diff } from "../../app/diff/diff.ts";
import { eventsOf } from "../../app/diff/lists/events.ts";
import { changesTable } from "../../app/export/changes/changes-table.ts";
import { changesMarkdown } from "../../app/export/changes/changes-text.ts";
import { eventWords } from "../../app/export/changes/event-text.ts";
import { checkDocument, checkDocumentText } from "../../app/export/json/check-json.ts";
import { diffDocumentText } from "../../app/export/json/diff-json.ts";
import { alignedLines, tabbedLines } from "../../app/export/lines/lines.ts";
import { listingTable } from "../../app/export/tables/listing-table.ts";
import { holdersOf, parseTarget } from "../../app/export/who.ts";
import { pack, unpack } from "../../app/link/pack.ts";
import { type Checkpoint, nameBytes } from "../../app/model/checkpoint.ts";
import type { Side } from "../../app/model/comparison/side.ts";
import { LISTINGS } from "../../app/model/listings/column.ts";
import { COLUMNS } from "../../app/model/listings/columns.ts";
import { decodeText, jsonText } from "../../app/model/text/text.ts";
import type { Resources } from "../../app/resources/table.ts";
import { checkText } from "../../cli/commands/check-text.ts";
import { documentText } from "../support/open.ts";
import { holdFields, holdVisible } from "./holds.ts";
import { hold, pick, type Random } from "./target.ts";

const SOURCE = { name: "fuzz", bytes: 1 };

const ajv = new Ajv({ strict: false, allowUnionTypes: true });

function validator(name: string): (text: string) => void {
  const schema = JSON.parse(readFileSync(join(process.cwd(), `public/schema/${name}.schema.json`), "utf8"));
  const validate = ajv.compile(schema);
  return (text) => {
    holdVisible(text, `the ${name} document`);
    hold(validate(JSON.parse(text)), `the ${name} document: ${ajv.errorsText(validate.errors)}`);
  };
}

const VALID = {
  show: validator("show"),
  check: validator("check"),
  diff: validator("diff"),
  who: validator("who"),
};

const textOf = (pieces: Iterable<string>): string => [...pieces].join("");

export function holdShow(checkpoint: Checkpoint, resources?: Resources): string {
  const text = documentText(resources === undefined ? { checkpoint } : { checkpoint, resources });
  VALID.show(text);
  return text;
}

/** The document of findings follows its schema, and is sound only if the image is complete; the text has no tricks. */
export function holdFindings(checkpoint: Checkpoint, found: Findings): void {
  const document = checkDocument(checkpoint, found, SOURCE);
  VALID.check([...checkDocumentText(document)].join(""));
  hold(checkpoint.complete || !document.sound, "an incomplete image is sound");
  holdVisible(checkText(checkpoint, found, { colour: false }), "the text of the findings");
}

/** Who holds an open file, a name or a port. */
function holdHolders(checkpoint: Checkpoint, next: Random): void {
  const { files } = checkpoint;
  const name = files.count === 0 ? "x" : decodeText(nameBytes(checkpoint, next(files.count)));
  const target = parseTarget(next(3) === 0 ? ":80" : name);
  if ("refused" in target) holdVisible(target.refused, "a refusal");
  else VALID.who(jsonText({ schema: 1, source: SOURCE, target, holders: holdersOf(checkpoint, target) }));
}

/** The lines of text in parts of bytes. */
function linesOf(parts: Iterable<Uint8Array>): string[] {
  const lines = decodeText(Buffer.concat(Array.from(parts, (part) => part.slice()))).split("\n");
  hold(lines.pop() === "", "the last line has no end");
  return lines;
}

function holdTexts(checkpoint: Checkpoint, next: Random): void {
  for (const line of linesOf(alignedLines(checkpoint, null))) holdVisible(line, "a line");
  let cells = -1;
  for (const line of linesOf(tabbedLines(checkpoint, null))) {
    const count = line.split("\t").length;
    hold(cells < 0 || count === cells, "a line of other cells");
    cells = count;
  }
  const listing = pick(LISTINGS, next);
  const ids = COLUMNS[listing].map(({ id }) => id);
  const count = checkpoint[listing === "problems" ? "tasks" : listing].count;
  const rows = listing === "problems" ? checkpoint.problems.length : count;
  const all = Uint32Array.from({ length: rows }, (_, row) => row);
  for (const line of linesOf(listingTable(checkpoint, listing, ids, all, "\t").parts)) holdVisible(line, "a table");
}

/** What was packed is the same when it is unpacked, but for the records. */
export function holdPack(checkpoint: Checkpoint): void {
  const unpacked = unpack(pack(checkpoint, "fuzz"));
  hold(!("refused" in unpacked), "a packed image is refused");
  const { members: _, records: __, ...rest } = checkpoint;
  const before = documentText({ checkpoint: { ...checkpoint, ...rest, members: [] } });
  hold(holdShow(unpacked.checkpoint) === before, "a packed image is another one");
}

const countsOf = ({ counts }: Comparison): string =>
  CHANGE_KINDS.filter((kind) => counts[kind] > 0)
    .map((kind) => `${kind} ${counts[kind]}`)
    .toSorted()
    .join();

const mirroredCountsOf = ({ counts }: Comparison): string =>
  CHANGE_KINDS.filter((kind) => counts[kind] > 0)
    .map((kind) => `${mirrored(kind)} ${counts[kind]}`)
    .toSorted()
    .join();

/** Tables of both sides of a comparison. */
export type BothResources = Readonly<Record<Side, Resources>>;

/** An image does not differ from itself; from another one it differs as that does from it. */
export function holdDiff(before: Checkpoint, after: Checkpoint, resources?: BothResources): void {
  const options = resources === undefined ? {} : { resources };
  const self = resources === undefined ? {} : { resources: { before: resources.before, after: resources.before } };
  hold(countsOf(diff(before, before, self)) === "", "an image differs from itself");
  const comparison = diff(before, after, options);
  const back = diff(
    after,
    before,
    resources === undefined ? {} : { resources: { before: resources.after, after: resources.before } },
  );
  const [there, mirror] = [countsOf(comparison), mirroredCountsOf(back)];
  hold(there === mirror, `no mirror: ${there} and ${mirror}`);
  VALID.diff(textOf(diffDocumentText(comparison, { before: SOURCE, after: SOURCE })));
  holdVisible(textOf(changesMarkdown(comparison, { before: "a", after: "b" })), "Markdown");
  holdVisible(textOf(changesTable(comparison, ",")), "CSV");
  holdEvents(comparison);
}

/** Every change is in exactly one event, and every event has words. */
function holdEvents(comparison: Comparison): void {
  const { count, first, change } = eventsOf(comparison);
  const seen = new Uint8Array(comparison.changes.count);
  for (let event = 0; event < count; event++) {
    const shown = change.subarray(first[event], first[event + 1]);
    for (const each of shown) seen[each] = (seen[each] as number) + 1;
    holdVisible(eventWords(comparison, shown).text, "an event");
  }
  hold(
    seen.every((times) => times === 1),
    "a change in no event, or in several",
  );
}

/** What is found with kernels, which may make no difference. */
async function bothWays(image: Image, next: Random): Promise<Findings> {
  const found = await checkImage(image, { kernels: "always" });
  if (next(2) === 0) {
    const without = await checkImage(image, { kernels: false });
    hold(isDeepStrictEqual(found, without), "kernels make a difference to findings");
  }
  return found;
}

/** One kind of output, picked at random: each input would take ten times as long with all. */
export async function holdOutput(image: Image, next: Random, other: Checkpoint): Promise<void> {
  const { checkpoint } = image;
  switch (next(12)) {
    case 0:
      return void holdShow(checkpoint);
    case 1:
      return holdFindings(checkpoint, await bothWays(image, next));
    case 2:
      return holdTexts(checkpoint, next);
    case 3:
      return holdPack(checkpoint);
    case 4:
      return holdDiff(other, checkpoint);
    case 5:
      return holdHolders(checkpoint, next);
    default:
      return holdFields(image, next);
  }
}
