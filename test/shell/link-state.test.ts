// Any state of the page → its link → the same state, over the real worker's answers.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { CHANGE_KINDS } from "../../app/diff/changes.ts";
import { fromFragment, HIDABLE, toFragment, zoomLink } from "../../app/link/link.ts";
import { nameOf } from "../../app/link/name.ts";
import { pack } from "../../app/link/pack.ts";
import { LISTINGS, type Listing } from "../../app/model/listings/column.ts";
import { COLUMNS } from "../../app/model/listings/columns.ts";
import type { Selection } from "../../app/model/related.ts";
import { createLinkMemory } from "../../app/shell/opening/link-memory.ts";
import { createShell, type Shell } from "../../app/shell/shell.ts";
import type { Input, State } from "../../app/shell/state.ts";
import { arbitraryState } from "../support/arbitrary-state.ts";
import { checkpointOf, type State as ImageState } from "../support/state.ts";
import { served } from "../support/worker.ts";

const { client, close } = served();
afterAll(close);

const input = (name: string, state: ImageState): Input => ({
  name,
  files: [{ path: name, file: new Blob([pack(checkpointOf(state), name)]) }],
});

/** The part of the state that a link records. */
const recorded = ({
  docs,
  side,
  selection,
  tab,
  listings,
  off,
  view,
  onlyChanges,
  swapped,
  change,
  ...state
}: State) => ({
  names: docs.map(({ input: { name } }) => name),
  side,
  selection,
  change,
  tab,
  listings,
  compared: docs.length === 2 && { off, view, onlyChanges, swapped },
  shown: HIDABLE.map((panel) => state[`${panel}Shown`]),
});

const listingView = (listing: Listing) => {
  const ids = COLUMNS[listing].map(({ id }) => id);
  const grouping = COLUMNS[listing].filter(({ groups }) => groups).map(({ id }) => id);
  return fc.record({
    filter: fc.string({ unit: "grapheme" }),
    sort: fc.option(fc.record({ column: fc.constantFrom(...ids), descending: fc.boolean() })),
    columns: fc.subarray(ids, { minLength: 1 }),
    group: grouping.length === 0 ? fc.constant(null) : fc.option(fc.constantFrom(...grouping)),
  });
};

const view = fc.record({
  tab: fc.constantFrom(...LISTINGS),
  listings: fc.record(
    Object.fromEntries(LISTINGS.map((listing) => [listing, listingView(listing)])) as Record<
      Listing,
      ReturnType<typeof listingView>
    >,
  ),
  hide: fc.subarray([...HIDABLE]),
  zoom: fc.record({
    k: fc.double({ min: 0.01, max: 4, noNaN: true }),
    x: fc.integer({ min: -9999, max: 0 }),
    y: fc.integer({ min: -9999, max: 0 }),
  }),
  off: fc.subarray([...CHANGE_KINDS]),
  sideBySide: fc.boolean(),
  onlyChanges: fc.boolean(),
  swap: fc.boolean(),
  side: fc.constantFrom("before" as const, "after" as const),
  row: fc.nat(),
  to: fc.constantFrom("task" as const, "table" as const, "descriptor" as const, null),
});

const origin = { open: "https://host/a", with: "https://host/b" };

/** Opens what a link leads to, as following it does. */
async function follow(fragment: string, inputs: readonly Input[]): Promise<Shell> {
  const shell = createShell(client);
  const link = fromFragment(fragment);
  shell.applyLink(link);
  await shell.openLinked(inputs, origin);
  shell.applyLink(link);
  return shell;
}

describe("a link", () => {
  test("leads to the state that it was made of", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryState(true), { minLength: 1, maxLength: 2 }), view, async (states, wanted) => {
        const inputs = states.map((state, at) => input(`image ${at}`, state));
        const shell = createShell(client);
        await shell.openLinked(inputs, origin);
        if (inputs.length === 2 && wanted.swap) await shell.swap();
        const hidden = (panel: (typeof HIDABLE)[number]) => !wanted.hide.includes(panel);
        shell.store.set({
          tab: wanted.tab,
          listings: wanted.listings,
          zoom: wanted.zoom,
          treeShown: hidden("tree"),
          drawingShown: hidden("drawing"),
          tablesShown: hidden("tables"),
          inspectorShown: hidden("inspector"),
          off: CHANGE_KINDS.filter((kind) => wanted.off.includes(kind)),
          view: wanted.sideBySide ? "sideBySide" : "one",
          onlyChanges: wanted.onlyChanges,
        });
        if (inputs.length === 2) shell.showSide(wanted.side);
        const doc = shell.store.get().docs[shell.store.get().side === "before" ? 0 : 1];
        const { to } = wanted;
        const count = doc && to ? doc.checkpoint[`${to}s`].count : 0;
        const selection: Selection | null = to !== null && count > 0 ? { to, row: wanted.row % count } : null;
        // A table that no task uses has no name that another dump would understand.
        if (doc && selection && nameOf(doc.checkpoint, selection) !== null) shell.select(selection);
        const fragment = toFragment(shell.link());
        const again = await follow(fragment, inputs);
        expect(recorded(again.store.get())).toEqual(recorded(shell.store.get()));
        expect(again.store.get().requestedZoom).toEqual(zoomLink(wanted.zoom));
        // The drawing goes where the link asks, and reports that.
        again.store.set({ zoom: again.store.get().requestedZoom });
        expect(toFragment(again.link())).toBe(fragment);
        shell.close();
        again.close();
      }),
      { numRuns: 60 },
    );
  });
});

describe("a link to what the images do not have", () => {
  const image = (firstId: number) =>
    input(`image ${firstId}`, {
      tasks: [{ pid: 412, comm: "a", table: 0 }],
      tables: [[{ fd: 3, file: 0 }]],
      files: [{ kind: "regular", path: "/srv/log", pos: BigInt(firstId), flags: 1 }],
    });
  const withMemory = (): Input => ({
    name: "v23.ckpt",
    files: [{ path: "v23.ckpt", file: new Blob([readFileSync("test/fixtures/linux-cr/v23-s1/before.ckpt")]) }],
  });
  const failureOf = async (fragment: string, inputs: readonly Input[]) => {
    const shell = await follow(fragment, inputs);
    const { failure } = shell.store.get();
    shell.close();
    return failure?.message ?? null;
  };

  test.for([
    ["select=413", "task 413"],
    ["select=table:413", "the file table of task 413"],
    ["select=412:9", "descriptor 9 of task 412"],
    ["select=file:412:9", "the open file of descriptor 9 of task 412"],
    ["select=path:/srv/%E2%80%AElog", "the open file /srv/\\u202elog"],
    ["select=record:0:999999", "a record at offset 999999"],
  ] as const)("is reported: %s", async ([part, words]) => {
    expect(await failureOf(`v=1&${part}`, [image(1)])).toBe(
      `This link selects ${words}, which the image opened here does not have.`,
    );
  });

  test.for([
    ["bytes=0:999999", "byte 999999 of v23.ckpt"],
    ["bytes=0:4-999999", "bytes 4 to 999999 of v23.ckpt"],
    ["bytes=7:4", "byte 4 of file 8"],
    ["memory=99999:400000", "address 400000 in the memory of task 99999"],
    ["memory=4242:1", "address 1 in the memory of task 4242"],
    ["resource=weather", "the table weather"],
  ] as const)("is reported if it is a place or a table: %s", async ([part, words]) => {
    const pattern = new RegExp(`^This link selects ${words.replace(" of v23.ckpt", "( of [^ ]+)?")}, which the image`);
    expect(await failureOf(`v=1&${part}`, [withMemory()])).toMatch(pattern);
  });

  test("is reported of all that it selects", async () => {
    const all = "v=1&select=9&bytes=0:999999&resource=weather";
    expect(await failureOf(all, [withMemory()])).toMatch(
      /selects task 9 and byte 999999.* and the table weather, which/,
    );
  });

  test("is reported if it is a change, alone or with an object", async () => {
    const pair = [image(1), image(900)];
    expect(await failureOf("v=1&change=file-pos:412:9&select=412:8", pair)).toBe(
      "This link selects descriptor 8 of task 412 and a change of descriptor 9 of task 412, which the images opened here do not have.",
    );
    expect(await failureOf("v=1&change=task-added:413", pair)).toMatch(/a change of task 413,/);
  });

  test("is not reported if they have it", async () => {
    expect(await failureOf("v=1&select=412:3&tab=files", [image(1)])).toBeNull();
    for (const part of ["bytes=0:4-8", "memory=0:0", "resource=mappings", "resource=first"]) {
      expect(await failureOf(`v=1&${part}`, [withMemory()])).toBeNull();
    }
    expect(await failureOf("v=1&change=file-pos:412:3&side=before&select=412:3", [image(1), image(900)])).toBeNull();
  });
});

describe("the memory of links", () => {
  const storage = () => {
    const items = new Map<string, string>();
    return {
      items,
      getItem: (key: string) => items.get(key) ?? null,
      setItem: (key: string, value: string) => void items.set(key, value),
    } as unknown as Storage & { items: Map<string, string> };
  };

  test("knows what was remembered, in that order, and holds no address", async () => {
    const kept = storage();
    const memory = createLinkMemory(kept, crypto.subtle);
    await memory.remember(["https://host/a", "https://host/b"]);
    expect(await memory.knows(["https://host/a", "https://host/b"])).toBe(true);
    expect(await memory.knows(["https://host/b", "https://host/a"])).toBe(false);
    expect(await memory.knows(["https://host/a"])).toBe(false);
    expect([...kept.items.values()].join()).not.toContain("host");
  });

  test("knows nothing without storage", async () => {
    for (const memory of [createLinkMemory(null, crypto.subtle), createLinkMemory(storage(), undefined)]) {
      await memory.remember(["https://host/a"]);
      expect(await memory.knows(["https://host/a"])).toBe(false);
    }
    const damaged = storage();
    damaged.setItem("ckptscope-links", "{");
    expect(await createLinkMemory(damaged, crypto.subtle).knows(["https://host/a"])).toBe(false);
  });

  test("forgets the oldest", async () => {
    const memory = createLinkMemory(storage(), crypto.subtle);
    for (let at = 0; at < 501; at++) await memory.remember([`https://host/${at}`]);
    expect(await memory.knows(["https://host/0"])).toBe(false);
    expect(await memory.knows(["https://host/500"])).toBe(true);
  });
});
