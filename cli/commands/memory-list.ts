// ckptscope memory IMAGE: the mappings, and how much of each is in the image.

import { PAGE_STATES } from "../../app/decoder/memory/memory.ts";
import { coverageOf } from "../../app/memory/coverage.ts";
import { mappingEntry, mappingText, notCaptured, notCapturedText } from "../../app/memory/words.ts";
import { jsonText } from "../../app/model/text/text.ts";
import { sizeText } from "../../app/model/text/words.ts";
import type { Io } from "../io.ts";
import { complainOf, type MemoryOptions, type OpenedMemory } from "./memory-options.ts";

export async function listMemory(opened: OpenedMemory, { json }: MemoryOptions, io: Io): Promise<number> {
  const { memory, parts } = opened;
  const { image, input } = opened.opened;
  if (json) {
    const source = jsonText({ name: input.name, bytes: input.bytes });
    await io.print(`{\n  "schema": 1,\n  "source": ${source},\n  "pageSize": ${memory.pageSize},\n  "mappings": [`);
  }
  let pid: number | null = null;
  let isRead = true;
  for (const [nth, part] of parts.entries()) {
    const entry = mappingEntry(image.checkpoint, memory, part.mapping);
    const coverage = await coverageOf(memory, part);
    if (json) {
      const states = Object.fromEntries(
        PAGE_STATES.map((state) => [state, coverage[state]]).filter(([, size]) => size),
      );
      const fact = { pid: part.space.number < 0 ? null : part.space.number, ...entry, bytes: states };
      isRead = await io.print(`${nth === 0 ? "" : ","}\n    ${jsonText(fact)}`);
    } else {
      if (part.space.number !== pid) await io.print(`${pid === null ? "" : "\n"}pid ${part.space.number}\n`);
      pid = part.space.number;
      const rest = notCaptured(coverage) === 0 ? "" : `; ${notCapturedText(coverage)}`;
      const name = `${entry.start}-${entry.end} ${mappingText(entry)}`;
      isRead = await io.print(`  ${name}: ${sizeText(coverage.stored)} in the image${rest}\n`);
    }
    if (!isRead) break;
  }
  if (json && isRead) await io.print(`${parts.length === 0 ? "" : "\n  "}]\n}\n`);
  complainOf(opened, io);
  return parts.length > 0 ? 0 : 1;
}
