// Numbers and ranges of numbers as an option's value: `3`, `0-2,5`.

import type { Range } from "../../app/export/choose.ts";
import { visible } from "../../app/model/text/text.ts";
import { CliError } from "../error.ts";

/** Parses `3` or `0-2,5`. @throws CliError for anything else. */
export function parseRanges(option: string, text: string): Range[] {
  return text.split(",").map((part) => {
    const [, from, to = from] = /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(part.trim()) ?? [];
    if (from === undefined || Number(from) > Number(to)) {
      throw new CliError(`${option}: '${visible(text)}' is neither a number nor a list such as 0-2,5`);
    }
    return { from: Number(from), to: Number(to) };
  });
}

export const rangeText = ({ from, to }: Range): string => (from === to ? String(from) : `${from}-${to}`);
