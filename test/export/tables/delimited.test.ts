import { expect, test } from "vitest";
import { delimitedCell } from "../../../app/export/tables/delimited.ts";
import { listingTable } from "../../../app/export/tables/listing-table.ts";
import { checkpointOf } from "../../support/state.ts";

const checkpoint = checkpointOf({
  tasks: [],
  tables: [],
  files: [
    { kind: "regular", path: '/a,"b"', pos: 18446744073709551615n },
    { kind: "regular", path: "=1+1" },
    { kind: "regular", path: "/x\ty" },
  ],
});
const lines = (separator: "," | "\t") => {
  const { parts } = listingTable(checkpoint, "files", ["path", "pos"], Uint32Array.of(0, 1, 2), separator);
  return Buffer.concat(Array.from(parts, (part) => part.slice())).toString();
};

test("CSV quotes what it must, keeps numbers whole and defuses formulas", () => {
  expect(lines(",")).toBe('Path,Position\r\n"/a,""b""",18446744073709551615\r\n\'=1+1,\r\n/x\\ty,\r\n');
});

test("a tab in a name cannot make a column", () => {
  expect(lines("\t").split("\n")[3]).toBe("/x\\ty\t");
});

test("no cell of either form is a formula", () => {
  for (const text of ["=1+1", "+1", "-1+1", "@x", "--x", "＝1"]) {
    expect(delimitedCell(text, ",")).toBe(`'${text}`);
    expect(delimitedCell(text, "\t")).toBe(`'${text}`);
  }
  expect(delimitedCell("\t=1", ",")).toBe("'\t=1");
  expect(delimitedCell("\r=1", ",")).toBe(`"'\r=1"`);
  expect(delimitedCell("\t=1", "\t")).toBe("' =1");
  for (const text of ["a=1", "-1", "-", "/x"]) {
    expect(delimitedCell(text, ",")).toBe(text);
    expect(delimitedCell(text, "\t")).toBe(text);
  }
});

test("a quote at the start of a pasted cell takes no others with it", () => {
  expect(delimitedCell('"a', "\t")).toBe(`'"a`);
  expect(delimitedCell('"a', ",")).toBe('"""a"');
});

test("a cell with a semicolon, at which some spreadsheets separate, is quoted in CSV", () => {
  expect(delimitedCell("/a;=1+1", ",")).toBe('"/a;=1+1"');
  expect(delimitedCell("/a;=1+1", "\t")).toBe("/a;=1+1");
});
