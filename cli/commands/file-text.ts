// An open file in words: access mode, name, position and flags.

import { type Checkpoint, HAS } from "../../app/model/checkpoint.ts";
import { flagNames, O_ACCMODE } from "../../app/model/names.ts";
import { exactTexts, u8At, u32At } from "../../app/model/read.ts";
import type { FileRow } from "../../app/model/rows.ts";
import type { FileNames } from "../../app/model/words.ts";

/** Set on nearly every file, so not worth showing. */
const UNREMARKABLE = new Set(["O_LARGEFILE"]);

/** By O_ACCMODE. */
const ACCESS = ["r-", "-w", "rw", "--"];

/** A function that puts open files into words: access mode, name, position and flags. */
export function createFileWords({ files, machine }: Checkpoint, names: FileNames): (file: FileRow) => string {
  const positions = exactTexts(files.pos);
  // Few combinations of flags occur.
  const flagTexts = new Map<number, string>();
  const flagsText = (flags: number): string => {
    const known = flagTexts.get(flags);
    if (known !== undefined) return known;
    const remarkable = flagNames(flags, machine.arch)
      .slice(1)
      .filter((flag) => !UNREMARKABLE.has(flag));
    const text = remarkable.map((flag) => ` ${flag}`).join("");
    flagTexts.set(flags, text);
    return text;
  };
  return (file) => {
    const has = u8At(files.has, file);
    const flags = u32At(files.flags, file);
    const hasFlags = (has & HAS.flags) !== 0;
    const access = hasFlags ? (ACCESS[flags & O_ACCMODE] ?? "  ") : "  ";
    const unlinked = (has & HAS.deleted) === 0 ? "" : " (unlinked)";
    const position = (has & HAS.pos) === 0 ? "" : ` @${positions(file)}`;
    return `${access} ${names(file)}${unlinked}${position}${hasFlags ? flagsText(flags) : ""}`;
  };
}
