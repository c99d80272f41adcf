// ckptscope diff BEFORE AFTER

import type { ChangeKind } from "../../app/diff/changes.ts";
import { diff } from "../../app/diff/diff.ts";
import { filterChanges } from "../../app/diff/filter.ts";
import { unrelated } from "../../app/diff/related.ts";
import { changesMarkdown } from "../../app/export/changes-text.ts";
import { diffDocumentText } from "../../app/export/diff-json.ts";
import type { DIFF } from "../arguments/commands.ts";
import type { ArgumentsOf } from "../arguments/spec.ts";
import { type OpenedImage, openImages } from "../images.ts";
import { type Io, inChunks } from "../io.ts";
import { diffText } from "./diff-text.ts";

type DiffOptions = ArgumentsOf<typeof DIFF>["options"];

export async function run({ operands, options }: ArgumentsOf<typeof DIFF>, io: Io): Promise<number> {
  const [before, after] = (await openImages(operands, io, options)) as [OpenedImage, OpenedImage];
  try {
    return await printChanges(before, after, options, io);
  } finally {
    before.input.close();
    after.input.close();
  }
}

async function printChanges(before: OpenedImage, after: OpenedImage, options: DiffOptions, io: Io): Promise<number> {
  const comparison = diff(before.image.checkpoint, after.image.checkpoint);
  const indices = filterChanges(comparison, filterOf(options));
  if (options.json) {
    const sources = { before: sourceOf(before), after: sourceOf(after) };
    for (const chunk of inChunks(diffDocumentText(comparison, sources, indices))) {
      if (!(await io.print(chunk))) break;
    }
  } else if (options.markdown) {
    const names = { before: before.input.name, after: after.input.name };
    await io.print(changesMarkdown(comparison, names, indices));
  } else {
    const notes = unrelated(before.image.checkpoint, after.image.checkpoint);
    await io.print(diffText(comparison, { colour: io.colour, indices, notes }));
  }
  return indices.length === 0 ? 0 : 1;
}

const sourceOf = ({ input: { name, bytes } }: OpenedImage) => ({ name, bytes });

/** The names of kinds were checked when the arguments were parsed. */
const filterOf = ({ only, ignore, pid }: DiffOptions) => ({
  ...(only === undefined ? {} : { only: only as readonly ChangeKind[] }),
  ...(ignore === undefined ? {} : { ignore: ignore as readonly ChangeKind[] }),
  ...(pid === undefined ? {} : { pid }),
});
