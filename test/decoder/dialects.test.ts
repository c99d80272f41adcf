// The page offers the dialects that the decoder knows.

import { expect, test } from "vitest";
import { dialectsOf } from "../../app/decoder/dialects.ts";
import { DIALECT_NAMES } from "../../app/decoder/linux-cr/catalogue/dialect-names.ts";

test("offers every dialect of Linux-CR, oldest first", () => {
  expect(dialectsOf("linux-cr", "seed")).toEqual(DIALECT_NAMES);
});
