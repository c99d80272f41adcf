// Facts about an open file that a line of a listing adds to those in its name: `remote address 10.0.0.1:443`.

import type { Checkpoint } from "../model/checkpoint.ts";
import type { FileRow, TableRow } from "../model/rows.ts";
import { shortText } from "../model/text.ts";
import type { FileNames } from "../model/words.ts";
import { createFactReader } from "./file-facts.ts";

/** True of nearly every file, already in its name, or too long for a line; `--json` shows them. */
const LEFT_OUT = new Set([
  ...["inode mode", "size", "device of the inode", "terminal settings"],
  ...["family", "type", "protocol", "name", "outside the dump", "expirations", "time left"],
]);

/** Addresses of sockets that are not connected. */
const NO_ADDRESS = new Set(["0.0.0.0:0", "[::]:0"]);

/**
 * A function that puts the facts about a file into words: `state listen; backlog 16; peer fd 5`; empty if there is
 * nothing to add. Parameters as in `FactReader`.
 */
export function createFactWords(checkpoint: Checkpoint, names: FileNames): (file: FileRow, within: TableRow) => string {
  const factsOf = createFactReader(
    checkpoint,
    names,
    ({ title, value }) => LEFT_OUT.has(title) || NO_ADDRESS.has(value),
  );
  return (file, within) => {
    const facts = factsOf(file, within);
    if (facts.length === 0) return "";
    const name = names(file);
    let text = "";
    for (const { title, value } of facts) {
      if (isInName(name, value)) continue;
      text += text === "" ? `${title} ${value}` : `; ${title} ${value}`;
    }
    return shortText(text);
  };
}

const MADE_UP = /^\w+:\[/;

/** Whether a made-up name, such as `socket:[tcp 127.0.0.1:80 listen]`, has a word. */
const isInName = (name: string, word: string): boolean =>
  name.includes(word) &&
  MADE_UP.test(name) &&
  name
    .slice(name.indexOf("[") + 1, -1)
    .split(/ |->/)
    .includes(word);
