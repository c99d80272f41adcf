// What the worker takes of an image that is open when it opens another one.

import { expect, test } from "vitest";
import type { Image } from "../../app/decoder/image.ts";
import type { Source } from "../../app/decoder/source.ts";
import { pack } from "../../app/link/pack.ts";
import { createDocuments } from "../../app/worker/documents.ts";
import { openHandlers } from "../../app/worker/handlers/open.ts";
import type { InputFile } from "../../app/worker/protocol.ts";
import { mixedCriuSet } from "../support/criu-mixed-set.ts";

async function filesOf(sources: readonly Source[]): Promise<InputFile[]> {
  const bytesOf = async ({ size, read }: Source) => new Blob([new Uint8Array(await read(0, size))]);
  return Promise.all(sources.map(async (source) => ({ path: `dump/${source.name}`, file: await bytesOf(source) })));
}

const SET = await filesOf(mixedCriuSet(2, 20));

/** A worker's handlers, and a function that opens inputs. */
function worker() {
  const documents = createDocuments();
  const handlers = openHandlers(documents, {});
  const exchange = { signal: new AbortController().signal, reportProgress: () => {}, sendPart: () => {} };
  return {
    async open(inputs: readonly InputFile[]): Promise<{ readonly document: number; readonly image: Image }> {
      const { response } = await handlers.open({ inputs }, exchange);
      if ("refused" in response) throw new Error(response.refused);
      return { document: response.document, image: documents.get(response.document) };
    },
    close: (document: number) => handlers.close({ document }, exchange),
  };
}

test("a set takes details that are the same from the one that is open", async () => {
  const { open } = worker();
  const [before, after] = [await open(SET), await open(SET)];
  expect(after.image.checkpoint.fileDetails).toBe(before.image.checkpoint.fileDetails);
  expect(after.image.checkpoint.links).toBe(before.image.checkpoint.links);
});

test("nothing is taken from an image that was closed, or that has no bytes", async () => {
  const { open, close } = worker();
  const before = await open(SET);
  await close(before.document);
  const packed = await open([{ path: "packed", file: new Blob([pack(before.image.checkpoint, "packed")]) }]);
  const after = await open(SET);
  for (const { image } of [before, packed]) {
    expect(after.image.checkpoint.fileDetails).not.toBe(image.checkpoint.fileDetails);
  }
  expect(after.image.checkpoint.fileDetails).toEqual(before.image.checkpoint.fileDetails);
});
