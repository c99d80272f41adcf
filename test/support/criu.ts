// CRIU sets of the fixtures as sources, and the state of their tasks when they were dumped.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeCriuSet } from "../../app/decoder/criu/index.ts";
import { bytesSource, type Source } from "../../app/decoder/source.ts";
import type { Checkpoint, RecordKind } from "../../app/model/checkpoint.ts";
import { recordLength, recordMember, recordOffset } from "../../app/model/records.ts";
import { isUtf8 } from "../../app/model/text/text.ts";
import { folderSources, SAMPLES } from "./corpus.ts";
import { documentOf, type ShowDocument } from "./open.ts";

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

/** A set as `show --json` describes it. */
export interface DescribedSet {
  readonly checkpoint: Checkpoint;
  readonly document: ShowDocument;
  /** The open file that a descriptor of the first table, or of a task's, leads to. */
  file(fd: number, pid?: number): ShowDocument["files"][number];
}

/** Decodes a set and describes it. */
export async function describedSet(sources: readonly Source[]): Promise<DescribedSet> {
  const image = await decodeCriuSet(sources);
  const document = await documentOf(image);
  const { tasks, fileTables, files } = document;
  return {
    checkpoint: image.checkpoint,
    document,
    file: (fd, pid) => {
      const id = pid === undefined ? fileTables[0]?.id : tasks.find((task) => task.pid === pid)?.fileTable;
      const slot = fileTables.find((table) => table.id === id)?.fds.find((candidate) => candidate.fd === fd);
      const row = files.findIndex((file) => file.id === slot?.file);
      const found = files[row];
      if (found === undefined) throw new Error(`there is no descriptor ${fd}`);
      return found;
    },
  };
}

/** The set that a big-endian host with the same processes would write, but for values in the host's order. */
export async function bigEndianSet(sources: readonly Source[]): Promise<Source[]> {
  const { checkpoint, sources: members } = await decodeCriuSet(sources);
  const { records } = checkpoint;
  const bytes = members.map(({ size, read }) => new Uint8Array(read(0, size) as Uint8Array));
  for (let record = 0; record < records.count; record++) {
    const member = bytes[recordMember(records, record)] as Uint8Array;
    const { type, struct } = records.kinds[records.kind[record] as number] as RecordKind;
    const words = struct === "magic" ? recordLength(records, record) / 4 : type < 0 ? 0 : 1;
    const start = recordOffset(records, record);
    for (let at = start; at < start + words * 4; at += 4) member.subarray(at, at + 4).reverse();
  }
  return members.map(({ name }, member) => bytesSource(name, bytes[member] as Uint8Array));
}
