// ckptscope diff BEFORE AFTER

import type { ChangeKind } from "../../app/diff/changes.ts";
import type { Comparison } from "../../app/diff/comparison.ts";
import { diff } from "../../app/diff/diff.ts";
import { filterChanges, hasTask } from "../../app/diff/lists/filter.ts";
import { isNeededDetail } from "../../app/diff/needed-details.ts";
import { PLACES } from "../../app/diff/pairs/match-mounts.ts";
import { pair } from "../../app/diff/pairs/pair.ts";
import { unrelated } from "../../app/diff/related.ts";
import { changesTable } from "../../app/export/changes/changes-table.ts";
import { changesMarkdown } from "../../app/export/changes/changes-text.ts";
import { diffDocumentText, diffLines } from "../../app/export/json/diff-json.ts";
import { earlierOf, reversedText, type Verdict } from "../../app/model/comparison/earlier.ts";
import { readForComparison } from "../../app/resources/read.ts";
import { COMPARED_RESOURCES } from "../../app/resources/resources.ts";
import type { DIFF } from "../arguments/commands.ts";
import type { ArgumentsOf } from "../arguments/spec.ts";
import { CliError } from "../error.ts";
import { type OpenedImage, openImages } from "../images.ts";
import { type Io, inChunks } from "../io.ts";
import { diffText } from "./diff-text.ts";

type DiffOptions = ArgumentsOf<typeof DIFF>["options"];

export async function run({ operands, options }: ArgumentsOf<typeof DIFF>, io: Io): Promise<number> {
  const [before, after] = (await openImages(operands, io, options, { details: isNeededDetail })) as [
    OpenedImage,
    OpenedImage,
  ];
  try {
    return await printChanges(before, after, options, io);
  } finally {
    before.input.close();
    after.input.close();
  }
}

async function printChanges(before: OpenedImage, after: OpenedImage, options: DiffOptions, io: Io): Promise<number> {
  const isWithout = options["no-resources"];
  const images = { before: before.image, after: after.image };
  const pairs = pair(before.image.checkpoint, after.image.checkpoint);
  const tables = await readForComparison(images, isWithout ? PLACES : COMPARED_RESOURCES, pairs);
  const using = isWithout ? { places: tables } : { resources: tables };
  const order = await orderOf(before, after);
  const comparison = diff(before.image.checkpoint, after.image.checkpoint, { ...using, pairs, order });
  const { pid } = options;
  if (pid !== undefined && !hasTask(comparison, pid)) throw new CliError(`neither image has a task with pid ${pid}`);
  const { json, jsonl, only } = options;
  // People read of a socket once; for scripts each table is complete.
  const withoutRepeated = !json && !jsonl && only === undefined;
  const indices = filterChanges(comparison, { ...filterOf(options), withoutRepeated });
  for (const chunk of inChunks(output({ before, after, comparison, indices }, options, io))) {
    if (!(await io.print(chunk))) break;
  }
  return indices.length === 0 ? 0 : 1;
}

/**
 * Which image is earlier. The times of their files, which can only cast doubt on that (earlier.ts), are asked for only
 * if the images seem to be in the wrong order.
 */
async function orderOf(before: OpenedImage, after: OpenedImage): Promise<Verdict> {
  const order = async (fileTime: boolean): Promise<Verdict> =>
    earlierOf(await before.evidence(before.input.name, fileTime), await after.evidence(after.input.name, fileTime));
  const found = await order(false);
  return reversedText(found) === null ? found : order(true);
}

interface Compared {
  readonly before: OpenedImage;
  readonly after: OpenedImage;
  readonly comparison: Comparison;
  /** The changes to print. */
  readonly indices: Uint32Array;
}

function output({ before, after, comparison, indices }: Compared, options: DiffOptions, io: Io): Iterable<string> {
  if (options.json) {
    return diffDocumentText(comparison, { before: sourceOf(before), after: sourceOf(after) }, indices);
  }
  if (options.jsonl) return diffLines(comparison, indices);
  if (options.tsv) return changesTable(comparison, "\t", indices);
  if (options.markdown) {
    return changesMarkdown(comparison, { before: before.input.name, after: after.input.name }, indices);
  }
  return diffText(comparison, { colour: io.colour, indices, notes: unrelated(comparison.notes) });
}

const sourceOf = ({ input: { name, bytes } }: OpenedImage) => ({ name, bytes });

/** The names of kinds were checked when the arguments were parsed. */
const filterOf = ({ only, ignore, pid, security }: DiffOptions) => ({
  ...(security && { security }),
  ...(only === undefined ? {} : { only: only as readonly ChangeKind[] }),
  ...(ignore === undefined ? {} : { ignore: ignore as readonly ChangeKind[] }),
  ...(pid === undefined ? {} : { pid }),
});
