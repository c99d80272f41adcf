// Text of resources that is not valid UTF-8: shown by its exact bytes, found by them, and exact in JSON.

import { expect, test } from "vitest";
import { resourceLines, resourcesJson, resourceTable } from "../../app/export/tables/resources.ts";
import { NONE } from "../../app/model/checkpoint.ts";
import { shownValue, textAndBytes } from "../../app/model/text/text.ts";
import { readFiles } from "../../app/resources/from-checkpoint.ts";
import { orderResource } from "../../app/resources/order.ts";
import { createTables } from "../../app/resources/tables.ts";
import { checkpointOf } from "../support/state.ts";

test("is shown, searched and exported by its bytes", () => {
  const tables = createTables(["uts"]);
  tables.add("uts", { nodename: Uint8Array.of(0x68, 0xff, 0x1b), domainname: "plain" }, NONE, NONE);
  tables.add("uts", { nodename: "other", domainname: "plain" }, NONE, NONE);
  const { uts } = tables.finish();
  if (uts === undefined) throw new Error("there is no table");
  expect([...resourceLines(uts)].join("\n")).toContain("h\\xff\\x1b");
  expect([...resourceTable(uts, "\t")].join("")).toContain("h\\xff\\x1b\t");
  expect([...resourcesJson({ uts })].join("")).toContain('"nodenameBytes":"aP8b"');
  const found = orderResource(uts, { filter: "xff", column: null, descending: false });
  expect([...found]).toEqual([0]);
});

test("of the image as a whole is shown by its bytes", () => {
  const fact = { label: "host name", ...textAndBytes(Uint8Array.of(0x68, 0xff)) };
  expect(shownValue(fact)).toBe("h\\xff");
  expect(shownValue({ value: "a\u202e" })).toBe("a\\u202e");
  const tables = createTables(["container"]);
  readFiles({ ...checkpointOf({ tasks: [], tables: [], files: [] }), facts: [fact] }, tables);
  expect([...resourcesJson(tables.finish())].join("")).toContain('"valueBytes":"aP8="');
});
