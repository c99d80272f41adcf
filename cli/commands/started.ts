// show --cmdline, --environ and --auxv: what each task was started with, from its memory.

import type { Image } from "../../app/decoder/image.ts";
import { SourceError } from "../../app/decoder/source.ts";
import { readStarted, type Started } from "../../app/memory/arguments.ts";
import type { TaskRow } from "../../app/model/rows.ts";
import { base64, decodeText, isUtf8, shownText, visible } from "../../app/model/text/text.ts";
import { CliError } from "../error.ts";

interface Options {
  readonly cmdline: boolean;
  readonly environ: boolean;
  readonly auxv: boolean;
}

/** What is printed about one task. */
interface OfTask {
  /** Keys for the JSON document. */
  readonly keys: Readonly<Record<string, unknown>>;
  /** Lines for the text. */
  readonly lines: readonly string[];
}

/** By task: what the options ask for. @throws CliError */
export async function startedBy(image: Image, options: Options): Promise<readonly OfTask[]> {
  const memory = await image.memory();
  if (typeof memory === "string") throw new CliError(memory);
  const found = new Map<TaskRow, Started>();
  try {
    for (const space of memory.spaces) {
      const started = await readStarted(memory, space);
      for (const task of space.tasks) found.set(task, started);
    }
  } catch (error) {
    if (error instanceof SourceError) throw new CliError(visible(error.message));
    throw error;
  }
  return Array.from({ length: image.checkpoint.tasks.count }, (_, task) => describe(found.get(task), options));
}

/** A list of texts under `key`, and their bytes in base64 under `${key}Bytes` if one of them is not UTF-8. */
function textsKeys(key: string, texts: readonly Uint8Array[] | null): Record<string, unknown> {
  if (texts === null) return { [key]: null };
  const keys = { [key]: texts.map(decodeText) };
  return texts.every(isUtf8) ? keys : { ...keys, [`${key}Bytes`]: texts.map(base64) };
}

const NOT_CAPTURED = "not in the image";

function describe(started: Started | undefined, { cmdline, environ, auxv }: Options): OfTask {
  const { cmdline: argv = null, environ: environment = null, auxv: vector = [] } = started ?? {};
  const lines: string[] = [];
  if (cmdline) lines.push(`arguments: ${argv === null ? NOT_CAPTURED : argv.map(quoted).join(" ")}`);
  if (environ) {
    lines.push(`environment:${environment === null ? ` ${NOT_CAPTURED}` : ""}`);
    for (const text of environment ?? []) lines.push(`  ${shownText(text)}`);
  }
  if (auxv) {
    lines.push(`auxiliary vector:${vector.length === 0 ? ` ${NOT_CAPTURED}` : ""}`);
    for (const { type, value } of vector) lines.push(`  ${type} ${value} (0x${BigInt(value).toString(16)})`);
  }
  return {
    keys: {
      ...(cmdline && textsKeys("cmdline", argv)),
      ...(environ && textsKeys("environ", environment)),
      ...(auxv && { auxv: vector }),
    },
    lines,
  };
}

/** An argument, in quotes if it would not be read as one word. */
function quoted(argument: Uint8Array): string {
  const text = shownText(argument);
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text}'`;
}
