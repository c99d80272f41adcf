// Files that are like one before them have the details that they would have without it.

import { expect, test } from "vitest";
import { endpointText, writeEndpoint } from "../../../../app/decoder/criu/format/meaning.ts";
import { decodeCriuSet } from "../../../../app/decoder/criu/index.ts";
import { bytesSource, type DecodeOptions } from "../../../../app/decoder/source.ts";
import { isFactKey } from "../../../../app/export/detail-facts.ts";
import { createFactWords } from "../../../../app/export/fact-words.ts";
import { type Checkpoint, NONE } from "../../../../app/model/checkpoint.ts";
import { detailsOf } from "../../../../app/model/detail-store.ts";
import { linksOf } from "../../../../app/model/links.ts";
import { createJsonBytes } from "../../../../app/model/text/json-bytes.ts";
import { decodeText } from "../../../../app/model/text/text.ts";
import { fileNames } from "../../../../app/model/text/words.ts";
import { imageBytes, inventoryAndTree, type Message } from "../../../support/criu-set.ts";
import { entryOf, type GeneratedFile, generatedFiles, unusualEntryOf } from "../../../support/generated-files.ts";

test("whatever they are", async () => {
  const files = generatedFiles(2000, 3);
  const decoded = async (made: (file: GeneratedFile) => Message, options: DecodeOptions = {}) => {
    const members = [...inventoryAndTree(1).members, ["files.img", imageBytes("FILES", files.map(made))] as const];
    const sources = members.map(([name, bytes]) => bytesSource(name, bytes));
    return (await decodeCriuSet(sources, options)).checkpoint;
  };
  const usual = await decoded(entryOf);
  const alone = await decoded(unusualEntryOf);
  expect(usual.files.count).toBe(files.length);
  const textOf = (checkpoint: Checkpoint, file: number): string =>
    JSON.stringify([file, detailsOf(checkpoint, file), linksOf(checkpoint, file)]);
  const differing = files.map((_, file) => file).filter((file) => textOf(usual, file) !== textOf(alone, file));
  expect(differing.map((file) => [textOf(usual, file), textOf(alone, file)])).toEqual([]);
  expect(decodeText(usual.fileDetails.pool)).toBe(decodeText(alone.fileDetails.pool));

  // Those that a listing shows are enough for a listing.
  const few = await decoded(entryOf, { details: isFactKey });
  expect(few.fileDetails.count).toBeLessThan(usual.fileDetails.count);
  const [allWords, fewWords] = [usual, few].map((checkpoint) => createFactWords(checkpoint, fileNames(checkpoint)));
  for (const file of files.keys()) {
    expect([file, fewWords?.(file, NONE)]).toEqual([file, allWords?.(file, NONE)]);
    expect(linksOf(few, file)).toEqual(linksOf(usual, file));
  }
});

test("the address of an IPv4 socket is written as in words", () => {
  for (const littleEndian of [true, false]) {
    for (const [word, port] of [
      [0x0100_007f, 0],
      [0, 65_535],
      [0xfffe_0a09, 8080],
    ] as const) {
      const out = createJsonBytes(8);
      writeEndpoint(out, word, port, littleEndian);
      const written: unknown = JSON.parse(decodeText(out.bytes.subarray(0, out.length)));
      expect(written).toBe(endpointText([word], port, littleEndian));
    }
  }
});
