// ckptscope memory IMAGE --range FROM-TO -o FILE

import { isKnown, PAGE_STATE_WORDS } from "../../app/decoder/memory/memory.ts";
import type { Part } from "../../app/memory/choose.ts";
import { addressText } from "../../app/model/mappings.ts";
import { sizeText } from "../../app/model/text/words.ts";
import { CliError } from "../error.ts";
import type { Io } from "../io.ts";
import { isStandardOutput, openOutput } from "../output.ts";
import { complainOf, type MemoryOptions, type OpenedMemory, parseAddresses } from "./memory-options.ts";

const CHUNK = 1 << 20;

export async function exportRange(opened: OpenedMemory, options: MemoryOptions, io: Io): Promise<number> {
  const { output = "-", range = "", fill, force } = options;
  const { parts, memory } = opened;
  const toStandardOutput = isStandardOutput(output);
  if (toStandardOutput && io.columns !== null) {
    throw new CliError("refusing to write binary to a terminal; use -o FILE");
  }
  const numbers = [...new Set(parts.map(({ space }) => space.number))];
  if (numbers.length > 1) {
    throw new CliError(`the range is in the memory of tasks ${numbers.join(", ")}: choose one with --pid`);
  }
  requireMapped(opened, range);
  const holes = await holesOf(opened);
  complainOf(opened, io);
  if (holes.length > 0 && !fill) {
    throw new CliError(`${holes[0]}; --fill writes zeros for what is not in the image`);
  }
  for (const hole of holes) io.complain(`ckptscope memory: ${hole}; zeros are written`);
  const file = toStandardOutput ? null : await openOutput(output, { force, inputs: [opened.opened.input.name] });
  try {
    for (const part of parts) {
      const pages = await memory.pages(part.mapping);
      for (let at = part.from; at < part.to; ) {
        const wanted = Math.min(CHUNK, part.to - at, pages.stretchAt(at).end - at);
        let bytes = await pages.read(at, wanted);
        if (bytes.length === 0) {
          if (isKnown(pages.stretchAt(at).state)) throw new CliError("the image became shorter while it was read");
          if (!fill) throw new CliError(`the page at ${addressIn(opened, part, at)} is damaged; --fill writes zeros`);
          bytes = new Uint8Array(Math.min(wanted, pages.stretchAt(at).end - at));
        }
        const goesOn = file === null ? await io.printBytes(bytes) : file.write(bytes);
        if (!goesOn) return 0;
        at += bytes.length;
      }
    }
    file?.finish();
    return 0;
  } finally {
    file?.discard();
  }
}

const addressIn = ({ memory }: OpenedMemory, { mapping }: Part, offset: number): string =>
  addressText(memory.mappings.start[mapping] as number, offset);

/** @throws CliError if a part of the range is not mapped. */
function requireMapped(opened: OpenedMemory, text: string): void {
  const range = parseAddresses(text);
  let next = range.from;
  for (const part of opened.parts) {
    const base = BigInt(opened.memory.mappings.start[part.mapping] as number);
    if (base + BigInt(part.from) !== next) break;
    next = base + BigInt(part.to);
  }
  if (next < range.to) throw new CliError(`--range: nothing is mapped at ${next.toString(16)}`);
}

/** Sentences about what is not in the image. */
async function holesOf(opened: OpenedMemory): Promise<string[]> {
  const holes: string[] = [];
  for (const part of opened.parts) {
    const pages = await opened.memory.pages(part.mapping);
    for (let at = part.from; at < part.to; ) {
      const { end, state } = pages.stretchAt(at);
      const next = Math.min(end, part.to);
      if (!isKnown(state)) {
        holes.push(`${sizeText(next - at)} at ${addressIn(opened, part, at)} are ${PAGE_STATE_WORDS[state]}`);
      }
      at = next;
    }
  }
  return holes;
}
