// The blocks in which a source is read.

import { describe, expect, test } from "vitest";
import { bytesSource, type Source, SourceError } from "../../app/decoder/source.ts";
import { openWindow } from "../../app/decoder/window.ts";

const MIB = 1 << 20;
const content = new Uint8Array(3 * MIB);
for (let at = 0; at < content.length; at++) content[at] = at % 251;

/** A source that lists what is read of it. */
function recorded(more: Partial<Source> = {}) {
  const source = bytesSource("a", content);
  const reads: [offset: number, length: number][] = [];
  const read: Source["read"] = (offset, length) => {
    reads.push([offset, length]);
    return source.read(offset, length);
  };
  return { source: { ...source, read, ...more } satisfies Source, reads };
}

/** Reads a source front to back, and leaves `rest` bytes of each block for the next. */
async function readAll(source: Source, rest: number): Promise<Uint8Array> {
  const window = openWindow(source);
  const read = new Uint8Array(source.size);
  for (let at = 0; at < source.size; ) {
    await window.fill(at, Math.min(100, source.size - at));
    read.set(window.bytes, at);
    at = window.end < source.size ? window.end - rest : source.size;
  }
  return read;
}

describe("a source that may be read ahead", () => {
  test("is read in full, wherever records end", async () => {
    for (const rest of [0, 1, 99, 5000]) {
      const read = await readAll(recorded({ mayReadAhead: true }).source, rest);
      expect(Buffer.compare(read, content), `leaving ${rest} bytes`).toBe(0);
    }
  });

  test("is read ahead from the second block on, and no byte is read twice but those around the end of a block", async () => {
    const { source, reads } = recorded({ mayReadAhead: true });
    const window = openWindow(source);
    await window.fill(0, 100);
    expect(reads).toHaveLength(1);
    await window.fill(window.end - 10, 100);
    expect(reads).toHaveLength(3);
    const { end } = window;
    await window.fill(end - 10, 100);
    expect(reads).toHaveLength(4);
    expect(window.start).toBe(end - 10);
    const total = (await readAll(source, 10)) && reads.slice(4).reduce((sum, [, length]) => sum + length, 0);
    expect(total).toBeLessThan(content.length + 10 * 4096);
  });

  test("is not read ahead after a jump", async () => {
    const { source, reads } = recorded({ mayReadAhead: true });
    const window = openWindow(source);
    await window.fill(0, 100);
    await window.fill(MIB, 100);
    await window.fill(2 * MIB, 100);
    expect(reads.map(([offset]) => offset)).toEqual([0, MIB, 2 * MIB]);
  });

  test("reports bytes that cannot be read when they are needed", async () => {
    const { source } = recorded();
    const broken: Source = {
      ...source,
      mayReadAhead: true,
      read: async (offset, length) => {
        if (offset + length > MIB) throw new SourceError("a can no longer be read");
        return source.read(offset, length);
      },
    };
    await expect(readAll(broken, 0)).rejects.toThrow("a can no longer be read");
  });
});

test("other sources are read as needed only", async () => {
  const { source, reads } = recorded();
  const window = openWindow(source);
  await window.fill(0, 100);
  await window.fill(window.end, 100);
  expect(reads).toHaveLength(2);
});
