// Tables of listings: all columns of any image are what is made of their texts one by one.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openImage } from "../../../app/decoder/open.ts";
import { delimitedLine, type Separator } from "../../../app/export/tables/delimited.ts";
import { listingTable } from "../../../app/export/tables/listing-table.ts";
import type { Checkpoint } from "../../../app/model/checkpoint.ts";
import { LISTINGS, type Listing, rowCount } from "../../../app/model/listings/column.ts";
import { COLUMNS } from "../../../app/model/listings/columns.ts";
import { anyFiles, anyOthers, checkpointWith } from "../../support/any-columns.ts";
import { arbitraryState } from "../../support/arbitrary-state.ts";
import { setSources } from "../../support/criu.ts";
import { fixtureBytes, open } from "../../support/open.ts";
import { checkpointOf, type StateFile } from "../../support/state.ts";

function expected(checkpoint: Checkpoint, listing: Listing, rows: Uint32Array, separator: Separator): string {
  const columns = COLUMNS[listing];
  const lines = Array.from(rows, (row) => columns.map(({ text }) => text(checkpoint, row)));
  return [columns.map(({ title }) => title), ...lines].map((cells) => delimitedLine(cells, separator)).join("");
}

function expectSame(checkpoint: Checkpoint, rowsOf: (count: number) => Uint32Array): void {
  for (const listing of LISTINGS) {
    const rows = rowsOf(rowCount(checkpoint, listing));
    const ids = COLUMNS[listing].map(({ id }) => id);
    for (const separator of [",", "\t"] as const) {
      const { parts, share } = listingTable(checkpoint, listing, ids, rows, separator);
      const made = Buffer.concat(Array.from(parts, (part) => part.slice())).toString();
      expect(made).toBe(expected(checkpoint, listing, rows, separator));
      expect(share()).toBe(rows.length === 0 ? 0 : 1);
    }
  }
}

const inOrder = (count: number) => Uint32Array.from({ length: count }, (_, row) => row);
const fourFiles = anyFiles.filter((files) => files.length >= 4);

test("any columns, in any order", () => {
  fc.assert(
    fc.property(fourFiles, fc.boolean(), anyOthers, fc.array(fc.nat(), { maxLength: 20 }), (...of) => {
      const [files, hasVersions, others, picks] = of;
      const checkpoint = checkpointWith(files, false, hasVersions, others);
      expectSame(checkpoint, inOrder);
      expectSame(checkpoint, (count) => (count === 0 ? inOrder(0) : Uint32Array.from(picks, (pick) => pick % count)));
    }),
    { numRuns: 100 },
  );
});

test("any state", () => {
  fc.assert(
    fc.property(arbitraryState(true), (state) => expectSame(checkpointOf(state), inOrder)),
    { numRuns: 50 },
  );
});

describe("images", () => {
  test.each(["linux-cr/v23-s1/before.ckpt", "linux-cr/v16-s3/before.ckpt", "hostile/v23-pids-cut.ckpt"])(
    "%s",
    async (path) => expectSame((await open(fixtureBytes(path))).checkpoint, inOrder),
  );
  test("a CRIU set", async () => {
    const image = await openImage(setSources("w4/before"));
    if ("refused" in image) throw new Error(image.refused);
    expectSame(image.checkpoint, inOrder);
  });
});

test("a table of more than one part, with more words than are kept", () => {
  const files = Array.from(
    { length: 10_000 },
    (_, at): StateFile => ({ kind: "regular", path: `/srv/${at},${at}`, pos: 2n ** 53n + BigInt(at), flags: at }),
  );
  const tables = [
    files.map((_, at) => ({ fd: at, file: at })),
    files.slice(0, 9).map((_, at) => ({ fd: at, file: 0 })),
  ];
  const tasks = [0, 1].map((table) => ({ pid: 7 + table, comm: `=task ${table}`, table }));
  const checkpoint = checkpointOf({ tasks, tables, files });
  expectSame(checkpoint, (count) => inOrder(count).reverse());
  const { parts, share } = listingTable(checkpoint, "files", ["path", "none"], inOrder(10_000), ",");
  const shares = Array.from(parts, share);
  expect(shares.length).toBeGreaterThan(2);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  // A column that the listing does not have has a title only.
  const [first] = listingTable(checkpoint, "files", ["path", "none"], inOrder(1), ",").parts;
  expect(Buffer.from(first ?? []).toString()).toBe('Path,none\r\n"/srv/0,0"\r\n');
});
