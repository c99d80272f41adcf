// What must hold of what is made of an image: documents, texts, tables, comparisons, packed images.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv/dist/2020.js";
import { checkImage } from "../../app/checks/check.ts";
import type { Image } from "../../app/decoder/image.ts";
import { CHANGE_KINDS, mirrored } from "../../app/diff/changes.ts";
import type { Comparison } from "../../app/diff/comparison.ts";
import { diff } from "../../app/diff/diff.ts";
import { changesCsv, changesMarkdown } from "../../app/export/changes-text.ts";
import { checkDocument, checkDocumentText } from "../../app/export/check-json.ts";
import { rowLines } from "../../app/export/delimited.ts";
import { diffDocumentText } from "../../app/export/diff-json.ts";
import { alignedLines, tabbedLines } from "../../app/export/lines.ts";
import { pack, unpack } from "../../app/link/pack.ts";
import type { Checkpoint } from "../../app/model/checkpoint.ts";
import { LISTINGS } from "../../app/model/columns/column.ts";
import { COLUMNS } from "../../app/model/columns/columns.ts";
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

const VALID = { show: validator("show"), check: validator("check"), diff: validator("diff") };

const textOf = (pieces: Iterable<string>): string => [...pieces].join("");

export function holdShow(checkpoint: Checkpoint): string {
  const text = documentText({ checkpoint });
  VALID.show(text);
  return text;
}

async function holdCheck(image: Image): Promise<void> {
  const { checkpoint } = image;
  const document = checkDocument(checkpoint, await checkImage(image), SOURCE);
  VALID.check(checkDocumentText(document));
  hold(checkpoint.complete || !document.sound, "an incomplete image is sound");
}

function holdTexts(checkpoint: Checkpoint, next: Random): void {
  for (const line of alignedLines(checkpoint, null)) holdVisible(line, "a line");
  let cells = -1;
  for (const line of tabbedLines(checkpoint, null)) {
    const count = line.split("\t").length;
    hold(cells < 0 || count === cells, "a line of other cells");
    cells = count;
  }
  const listing = pick(LISTINGS, next);
  const ids = COLUMNS[listing].map(({ id }) => id);
  const count = checkpoint[listing === "problems" ? "tasks" : listing].count;
  const rows = listing === "problems" ? checkpoint.problems.length : count;
  holdVisible(
    rowLines(
      checkpoint,
      listing,
      ids,
      Uint32Array.from({ length: rows }, (_, row) => row),
      0,
      rows,
      "\t",
    ),
    "a table",
  );
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

/** An image does not differ from itself; from another one it differs as that does from it. */
export function holdDiff(before: Checkpoint, after: Checkpoint): void {
  hold(countsOf(diff(before, before)) === "", "an image differs from itself");
  const comparison = diff(before, after);
  const back = diff(after, before);
  const [there, mirror] = [countsOf(comparison), mirroredCountsOf(back)];
  hold(there === mirror, `no mirror: ${there} and ${mirror}`);
  VALID.diff(textOf(diffDocumentText(comparison, { before: SOURCE, after: SOURCE })));
  holdVisible(changesMarkdown(comparison, { before: "a", after: "b" }), "Markdown");
  holdVisible(changesCsv(comparison), "CSV");
}

/** One kind of output, picked at random: each input would take ten times as long with all. */
export async function holdOutput(image: Image, next: Random, other: Checkpoint): Promise<void> {
  const { checkpoint } = image;
  switch (next(12)) {
    case 0:
      return void holdShow(checkpoint);
    case 1:
      return holdCheck(image);
    case 2:
      return holdTexts(checkpoint, next);
    case 3:
      return holdPack(checkpoint);
    case 4:
      return holdDiff(other, checkpoint);
    default:
      return holdFields(image, next);
  }
}
