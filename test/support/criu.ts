// CRIU sets of the fixtures as sources, and the state of their tasks when they were dumped.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bytesSource, type Source } from "../../app/decoder/source.ts";
import { isUtf8 } from "../../app/model/text.ts";
import { folderSources, SAMPLES } from "./corpus.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures/criu");

/** A file of the fixtures. */
export const fixtureBytes = (path: string): Uint8Array => new Uint8Array(readFileSync(join(FIXTURES, path)));

export const fixtureSource = (path: string): Source => bytesSource(path, fixtureBytes(path));

/** An image set: all files of a directory of the fixtures. */
export const setSources = (directory: string): Source[] => folderSources(join(FIXTURES, directory));

/** The sample sets that have a truth-*.json: directory, and path of that file. */
export const TRUE_SETS: readonly (readonly [string, string])[] = SAMPLES.filter(
  ({ format, name }) => format === "criu" && existsSync(join(FIXTURES, name, "truth-before.json")),
).flatMap(({ name, sides }) => sides.map((side) => [`${name}/${side}`, `${name}/truth-${side}.json`] as const));

export interface Truth {
  readonly tasks: readonly {
    readonly pid: number;
    readonly ppid: number;
    readonly comm: string;
    readonly table: number;
    readonly fds: readonly { readonly fd: number; readonly file: number; readonly closeOnExec: boolean }[];
  }[];
  readonly files: readonly { readonly link: string; readonly pos: string; readonly flags: number }[];
}

export const truthOf = (path: string): Truth => JSON.parse(readFileSync(join(FIXTURES, path), "utf8"));

/** Text as it is recorded in the truth: bytes that are not UTF-8 as backslash, x and two hex digits. */
export function truthText(bytes: Uint8Array): string {
  if (isUtf8(bytes)) return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    let length = 4;
    while (length > 0 && !(at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)))) length--;
    if (length === 0) text += `\\x${(bytes[at++] as number).toString(16).padStart(2, "0")}`;
    else {
      text += new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(at, at + length));
      at += length;
    }
  }
  return text;
}
