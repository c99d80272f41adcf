// ckptscope memory IMAGE [AFTER]

import { SourceError } from "../../app/decoder/source.ts";
import { rangeWithoutTask } from "../../app/export/choose.ts";
import { chooseParts } from "../../app/memory/choose.ts";
import { visible } from "../../app/model/text/text.ts";
import type { MEMORY } from "../arguments/memory.ts";
import { rangeText } from "../arguments/ranges.ts";
import type { ArgumentsOf } from "../arguments/spec.ts";
import { CliError } from "../error.ts";
import { type OpenedImage, openImages } from "../images.ts";
import type { Io } from "../io.ts";
import { decodingLimit, filterOf, type MemoryOptions, type OpenedMemory } from "./memory-options.ts";

type Mode = "search" | "export" | "diff" | "list";

export async function run({ operands, options }: ArgumentsOf<typeof MEMORY>, io: Io): Promise<number> {
  const mode = modeOf(options, operands.length);
  const opened = await openImages(operands, io, { ...options, limit: decodingLimit(options) }, { details: false });
  try {
    const memories: OpenedMemory[] = [];
    for (const each of opened) memories.push(await memoryOf(each, options));
    const [first, second] = memories;
    if (first === undefined) throw new CliError("expected one image");
    if (mode === "diff" && second !== undefined) {
      return await (await import("./memory-diff.ts")).diffMemory(first, second, options, io);
    }
    if (mode === "search") return await (await import("./memory-search.ts")).search(first, options, io);
    if (mode === "export") return await (await import("./memory-export.ts")).exportRange(first, options, io);
    return await (await import("./memory-list.ts")).listMemory(first, options, io);
  } catch (error) {
    if (error instanceof SourceError) throw new CliError(visible(error.message));
    throw error;
  } finally {
    for (const { input } of opened) input.close();
  }
}

/** What the options ask for. @throws CliError if that is more than one thing, or not possible. */
function modeOf(options: MemoryOptions, images: number): Mode {
  const { search, bytes, regex, strings, diff, output, range } = options;
  const given = [
    ["--search", search !== undefined],
    ["--bytes", bytes !== undefined],
    ["--regex", regex !== undefined],
    ["--strings", strings],
    ["--diff", diff],
    ["--output", output !== undefined],
  ] as const;
  const names = given.filter(([, isGiven]) => isGiven).map(([name]) => name);
  if (names.length > 1) throw new CliError(`${names[0]} and ${names[1]} are mutually exclusive`);
  const [name] = names;
  if (diff && images !== 2) throw new CliError("--diff compares two images");
  if (!diff && images !== 1) throw new CliError("two images can only be compared: give --diff");
  if (name === "--output" && range === undefined) throw new CliError("-o writes the bytes of a range: give --range");
  if (name === undefined) return "list";
  return name === "--diff" ? "diff" : name === "--output" ? "export" : "search";
}

async function memoryOf(opened: OpenedImage, options: MemoryOptions): Promise<OpenedMemory> {
  const { image, input } = opened;
  const memory = await image.memory();
  if (typeof memory === "string") throw new CliError(`${visible(input.name)}: ${memory}`);
  const filter = filterOf(options);
  const missing = filter.pids === undefined ? null : rangeWithoutTask(image.checkpoint.tasks, filter.pids);
  if (missing !== null) throw new CliError(`--pid: the image has no task ${rangeText(missing)}`);
  return { opened, memory, parts: chooseParts(image.checkpoint, memory, filter) };
}
