// Compares the memory of two documents, some mappings with each request.

import { SourceError } from "../../decoder/source.ts";
import { diffMemories, type MappingChange } from "../../memory/diff.ts";
import type { MemorySide } from "../../memory/pair.ts";
import type { Documents } from "../documents.ts";
import type { MemoryChange } from "../memory-protocol.ts";
import type { Handlers } from "./handler.ts";

/** Bytes that one request compares, at least, and most changes that it returns. */
const STRETCH = 32 << 20;
const FEW = 200;

interface Comparison {
  readonly id: number;
  readonly steps: AsyncGenerator<MappingChange>;
  readonly control: AbortController;
  unknown: number;
}

export function memoryDiffHandlers(documents: Documents): Handlers<"memoryDiff"> {
  let current: Comparison | null = null;
  const sideOf = async (document: number): Promise<MemorySide> => {
    const image = documents.get(document);
    const memory = await image.memory();
    if (typeof memory === "string") throw new SourceError(memory);
    return { checkpoint: image.checkpoint, memory };
  };
  return {
    async memoryDiff({ before, after, comparison }, { signal }) {
      if (current?.id !== comparison) {
        current?.control.abort(new DOMException("Cancelled", "AbortError"));
        const control = new AbortController();
        const steps = diffMemories(await sideOf(before), await sideOf(after), control.signal);
        current = { id: comparison, steps, control, unknown: 0 };
      }
      const mine = current;
      signal.addEventListener("abort", () => mine.control.abort(signal.reason), { once: true });
      return { response: await continueComparison(mine) };
    },
  };
}

async function continueComparison(comparison: Comparison) {
  const changes: MemoryChange[] = [];
  for (let compared = 0; compared < STRETCH && changes.length < FEW; ) {
    const step = await comparison.steps.next();
    if (step.done === true) return { changes, unknown: comparison.unknown, isEnd: true };
    const { before, after, spaceBefore, spaceAfter, runs, bytes } = step.value;
    for (const size of Object.values(bytes)) compared += size;
    comparison.unknown += bytes.unknown;
    const isOneSided = before === null || after === null;
    if (!isOneSided && bytes.changed + bytes["only-before"] + bytes["only-after"] === 0) continue;
    changes.push({ space: (spaceAfter ?? spaceBefore)?.number ?? -1, before, after, runs, bytes });
  }
  return { changes, unknown: comparison.unknown, isEnd: false };
}
