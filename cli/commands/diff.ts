// ckptscope diff: what changed between two images.

import { parseArgs } from "node:util";
import { CHANGE_KINDS } from "../../app/diff/changes.ts";
import { diff as compare } from "../../app/diff/diff.ts";
import { filterChanges } from "../../app/diff/filter.ts";
import { unrelated } from "../../app/diff/related.ts";
import { changesMarkdown } from "../../app/export/changes-text.ts";
import { diffDocumentText } from "../../app/export/diff-json.ts";
import { CHOICES, CliError, type Command, openImages } from "../images.ts";
import { diffText } from "./diff-text.ts";

type Kind = (typeof CHANGE_KINDS)[number];

const kinds = (option: string, list: string | undefined): Kind[] | undefined => {
  if (list === undefined) return undefined;
  return list.split(",").map((name) => {
    const kind = CHANGE_KINDS.find((known) => known === name.trim());
    if (kind === undefined)
      throw new CliError(`--${option}: there is no kind of change ${name}; known are ${CHANGE_KINDS.join(", ")}`);
    return kind;
  });
};

const number = (option: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new CliError(`--${option}: ${text} is no number`);
  return Number(text);
};

export const diff: Command = {
  name: "diff",
  usage:
    "diff BEFORE AFTER [--json | --markdown] [--only KIND,…] [--ignore KIND,…] [--pid PID] [--dialect NAME] [--set NAME]",
  summary: "what changed between two images; exit status 0: nothing, 1: something",
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: "boolean" },
        markdown: { type: "boolean" },
        only: { type: "string" },
        ignore: { type: "string" },
        pid: { type: "string" },
        ...CHOICES,
      },
    });
    if (positionals.length !== 2) throw new CliError("diff takes two images");
    if (values.json && values.markdown) throw new CliError("--json and --markdown cannot be had at once");
    const only = kinds("only", values.only);
    const ignore = kinds("ignore", values.ignore);
    const pid = number("pid", values.pid);
    const filter = {
      ...(only === undefined ? {} : { only }),
      ...(ignore === undefined ? {} : { ignore }),
      ...(pid === undefined ? {} : { pid }),
    };
    const [before, after] = await openImages(positionals, io, values);
    if (before === undefined || after === undefined) throw new CliError("diff takes two images");
    try {
      const comparison = compare(before.image.checkpoint, after.image.checkpoint);
      const indices = filterChanges(comparison, filter);
      const sources = {
        before: { name: before.input.name, bytes: before.input.bytes },
        after: { name: after.input.name, bytes: after.input.bytes },
      };
      if (values.json) {
        let chunk = "";
        for (const piece of diffDocumentText(comparison, sources, indices)) {
          chunk += piece;
          if (chunk.length < 64 * 1024) continue;
          if (!(await io.print(chunk))) break;
          chunk = "";
        }
        await io.print(chunk);
      } else if (values.markdown) {
        const names = { before: before.input.name, after: after.input.name };
        await io.print(changesMarkdown(comparison, names, indices));
      } else {
        const notes = unrelated(before.image.checkpoint, after.image.checkpoint);
        await io.print(diffText(comparison, { colour: io.colour, indices, notes }));
      }
      return indices.length === 0 ? 0 : 1;
    } finally {
      before.input.close();
      after.input.close();
    }
  },
};
