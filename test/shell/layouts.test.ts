// When the worker lays out the drawing of a large image.

import { expect, test } from "vitest";
import { diff } from "../../app/diff/diff.ts";
import { createLayouts } from "../../app/shell/layouts.ts";
import { createShell } from "../../app/shell/shell.ts";
import type { Input } from "../../app/shell/state.ts";
import type { Client } from "../../app/worker/client.ts";
import type { DocumentPair } from "../../app/worker/protocol.ts";
import { checkpointOfCrowd } from "../support/crowd.ts";
import { NGINX } from "../support/nginx.ts";
import { checkpointOf } from "../support/state.ts";

/** A worker that opens a checkpoint, and lists the requests for layouts with the number of documents shown by then. */
function fakeWorker(checkpoint: ReturnType<typeof checkpointOf>) {
  const layouts: { readonly document: number; readonly shown: number }[] = [];
  const unions: (DocumentPair & { readonly shown: number })[] = [];
  let opened = 6;
  const shown = { count: 0 };
  const client = {
    async request(kind: string, request: { readonly document: number } & DocumentPair) {
      if (kind === "open") return { document: ++opened, checkpoint };
      if (kind === "diff") return { differences: diff(checkpoint, checkpoint) };
      if (kind === "union") unions.push({ ...request, shown: shown.count });
      if (kind === "layout") layouts.push({ document: request.document, shown: shown.count });
      return kind === "layout" ? { order: layouts.length } : null;
    },
    terminate() {},
  } as unknown as Client;
  return { client, layouts, unions, shown };
}

const input: Input = { name: "a", files: [{ path: "a", file: new Blob(["x"]) }] };
const crowd = checkpointOfCrowd({ tables: 300, slotsPerTable: 10, family: 10, sharedSlots: 2, unused: 0 });

async function opened(checkpoint: ReturnType<typeof checkpointOf>) {
  const worker = fakeWorker(checkpoint);
  const shell = createShell(worker.client);
  shell.store.subscribe(() => {
    worker.shown.count = shell.store.get().docs.length;
  });
  return { ...worker, shell };
}

test("the layout of a large image is requested before the image is shown, and once", async () => {
  const { shell, layouts } = await opened(crowd);
  await shell.open([input]);
  expect(layouts).toEqual([{ document: 7, shown: 0 }]);
  await shell.layouts.of(7);
  expect(layouts).toHaveLength(1);
});

test("the layout of a small image is not requested, nor one that is not drawn", async () => {
  const small = await opened(checkpointOf(NGINX));
  await small.shell.open([input]);
  expect(small.layouts).toEqual([]);
  const hidden = await opened(crowd);
  hidden.shell.store.set({ drawingShown: false });
  await hidden.shell.open([input]);
  expect(hidden.layouts).toEqual([]);
});

test("the drawing of two images is requested before they are shown, also when they are swapped", async () => {
  const { shell, unions } = await opened(checkpointOf(NGINX));
  await shell.open([input, input]);
  expect(unions).toEqual([{ before: 7, after: 8, shown: 0 }]);
  await shell.layouts.unionOf({ before: 7, after: 8 });
  expect(unions).toHaveLength(1);
  await shell.swap();
  expect(unions.at(-1)).toMatchObject({ before: 8, after: 7 });
  expect(unions).toHaveLength(2);
});

test("a layout that was taken, or was prepared for another document, is requested anew", async () => {
  const { client, layouts } = fakeWorker(crowd);
  const { prepare, of } = createLayouts(client);
  prepare(1);
  expect(await of(2)).toEqual({ order: 2 });
  expect(await of(1)).toEqual({ order: 3 });
  expect(await of(1)).toEqual({ order: 4 });
  expect(layouts.map(({ document }) => document)).toEqual([1, 2, 1, 1]);
});
