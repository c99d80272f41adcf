// The whole view in a link: what is open, how each listing is shown, the zoom; and links that
// are old, damaged or hostile.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressOf, isLocalHost } from "../../app/link/address.ts";
import { fromFragment, HIDABLE, type Link, toFragment, zoomLink } from "../../app/link/link.ts";
import { nameOf, resolve } from "../../app/link/name.ts";
import { LISTINGS, type Listing } from "../../app/model/listings/column.ts";
import { COLUMNS } from "../../app/model/listings/columns.ts";
import type { Selection } from "../../app/model/related.ts";
import { arbitraryState } from "../support/arbitrary-state.ts";
import { checkpointOf } from "../support/state.ts";

const listing = (name: Listing) => {
  const ids = COLUMNS[name].map(({ id }) => id);
  return fc.record(
    {
      filter: fc.string({ unit: "grapheme", minLength: 1 }),
      sort: fc.record({ column: fc.constantFrom(...ids), descending: fc.boolean() }),
      columns: fc.subarray(ids, { minLength: 1 }),
    },
    { requiredKeys: [] },
  );
};

const dialect = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,20}$/);
const set = fc.string({ unit: "grapheme", minLength: 1 });
const choice = fc.oneof(fc.record({ dialect }), fc.record({ set }), fc.record({ dialect, set }));

/** Any view. */
const arbitraryLink: fc.Arbitrary<Link> = fc.constantFrom(...LISTINGS).chain((tab) =>
  fc
    .tuple(
      listing(tab),
      fc.tuple(...LISTINGS.map((other) => fc.tuple(fc.constant(other), listing(other)))),
      fc.record(
        {
          tab: fc.constant(tab),
          open: fc.webUrl({ withQueryParameters: true, withFragments: true }),
          with: fc.string({ unit: "grapheme", minLength: 1 }),
          first: choice,
          second: choice,
          data: fc.stringMatching(/^[\w-]{1,20}$/),
          zoom: fc
            .record({
              k: fc.double({ min: 0.001, max: 4, noNaN: true }),
              x: fc.integer({ min: -1e6, max: 1e6 }),
              y: fc.double({ min: -1e6, max: 0, noNaN: true }),
            })
            .map(zoomLink),
          hide: fc.subarray([...HIDABLE], { minLength: 1 }),
        },
        { requiredKeys: ["tab"] },
      ),
    )
    .map(([own, all, rest]) => {
      const others = Object.fromEntries(all.filter(([name, each]) => name !== tab && Object.keys(each).length > 0));
      return { ...rest, ...own, ...(Object.keys(others).length > 0 && { others }) };
    }),
);

describe("a view", () => {
  test("comes back from its link", () => {
    fc.assert(
      fc.property(arbitraryLink, (link) => {
        expect(fromFragment(`#${toFragment(link)}`)).toEqual(link);
      }),
      { numRuns: 200 },
    );
  });

  test("has a fragment that a URL leaves as it is", () => {
    fc.assert(
      fc.property(arbitraryLink, (link) => {
        const fragment = toFragment(link);
        expect(new URL(`https://host/#${fragment}`).hash).toBe(`#${fragment}`);
      }),
    );
  });

  test("names the selection so that it is found again", () => {
    fc.assert(
      fc.property(fc.boolean().chain(arbitraryState), fc.nat(), fc.nat(3), (state, seed, sort) => {
        const checkpoint = checkpointOf(state);
        const to = (["task", "table", "descriptor", "file"] as const)[sort] ?? "task";
        const count = {
          task: checkpoint.tasks,
          table: checkpoint.tables,
          descriptor: checkpoint.descriptors,
          file: checkpoint.files,
        }[to].count;
        fc.pre(count > 0);
        const selection: Selection = { to, row: seed % count };
        const name = nameOf(checkpoint, selection);
        if (name === null) return;
        const found = resolve(checkpoint, name);
        // What has no holder goes by its path, which another may have too: then the first is found.
        if (name.to === "path") expect(found && nameOf(checkpoint, found)).not.toBeNull();
        else expect(found).toEqual(selection);
      }),
    );
  });
});

describe("an invalid link", () => {
  test("loses only its bad parts", () => {
    expect(
      fromFragment(
        "#v=1&open=https://h/a&zoom=big,0,0&hide=tree,door&files.sort=-pos&files.filter=%E0&zoom=1,2&tab=tasks",
      ),
    ).toEqual({
      open: "https://h/a",
      hide: ["tree"],
      tab: "tasks",
      others: { files: { sort: { column: "pos", descending: true } } },
    });
  });

  test("opens as far as it is understood, whatever its version", () => {
    const parts = "sample=nginx&select=412:3&tab=files&sort=-pos";
    const read = fromFragment(`#v=1&${parts}`);
    expect(read.sample).toBe("nginx");
    for (const version of ["", "v=99&", "v=x&", "v=0&", "v=-1&"])
      expect(fromFragment(`#${version}${parts}`)).toEqual(read);
  });

  test("opens what it can with any one character changed", () => {
    const fragment = toFragment({
      open: "https://h/a.ckpt",
      tab: "files",
      filter: "kind:pipe",
      zoom: { k: 1, x: 2, y: 3 },
    });
    for (let at = 0; at < fragment.length; at++) {
      for (const character of "&=%#x0") {
        const link = fromFragment(fragment.slice(0, at) + character + fragment.slice(at + 1));
        const kept = [link.open === "https://h/a.ckpt", link.tab === "files", link.zoom?.k === 1];
        expect(kept.filter(Boolean).length).toBeGreaterThanOrEqual(1);
      }
    }
  });

  test("is not read at all if it is huge", () => {
    expect(fromFragment(`#tab=files&filter=${"a".repeat(1e6)}`)).toEqual({});
  });
});

describe("addresses", () => {
  const page = "https://page.example/";
  test.each([
    ["javascript:alert(1)", /begin with javascript: are not opened/],
    ["file:///etc/passwd", /Drop the file on the page/],
    ["data:text/plain,x", /data:/],
    ["blob:https://page.example/1", /blob:/],
    ["https://me:secret@host.example/x", /user name or password/],
    ["https://me@host.example/x", /user name or password/],
    ["/etc/passwd", /not a web address/],
    ["http://host.example/x", /over https:/],
    [`https://host.example/${"a".repeat(9000)}`, /longer than/],
  ])("%s is refused", (text, sentence) => {
    expect(addressOf(text, page)).toEqual({ refused: expect.stringMatching(sentence) });
  });

  test("never shows a password", () => {
    expect(JSON.stringify(addressOf("https://me:secret@host.example/x", page))).not.toContain("secret");
  });

  test("others are taken as they are, without their fragment", () => {
    expect(addressOf(" https://Host.Example:8443/a%20b?c#d ", page)).toEqual({
      url: "https://host.example:8443/a%20b?c",
      host: "host.example:8443",
      local: false,
    });
    expect(addressOf("http://localhost:8000/x", page)).toMatchObject({ local: true });
    expect(addressOf("http://host.example/x", "http://page.example/")).toMatchObject({ local: false });
  });

  test.each([
    "localhost",
    "a.localhost",
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "[::1]",
    "[::]",
    "[fe80::1]",
    "[fd00::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:10.0.0.1]",
    "[64:ff9b::10.0.0.1]",
    "2130706433",
    "0x7f.1",
    "017700000001",
    "printer",
    "nas.local",
    "wiki.corp.",
    "router.home.arpa",
  ])("%s is of this machine or a private network", (host) => {
    expect(isLocalHost(new URL(`http://${host}/`).hostname)).toBe(true);
  });

  test.each([
    "example.org",
    "8.8.8.8",
    "172.32.0.1",
    "100.128.0.1",
    "[2001:db8::1]",
    "[::ffff:8.8.8.8]",
    "local.example.org",
  ])("%s is not", (host) => {
    expect(isLocalHost(new URL(`http://${host}/`).hostname)).toBe(false);
  });
});
