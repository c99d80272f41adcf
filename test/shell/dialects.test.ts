// The page offers the dialects that the decoder knows.

import { expect, test } from "vitest";
import { DIALECT_NAMES } from "../../app/decoder/linux-cr/dialect.ts";
import { dialectsOf } from "../../app/shell/dialects.ts";

test("offers every dialect of Linux-CR, oldest first", () => {
  expect(dialectsOf("linux-cr", "seed")).toEqual(DIALECT_NAMES);
});
