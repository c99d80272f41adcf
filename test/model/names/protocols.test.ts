// Protocols have names of their own in each address family, by which the encoder finds their numbers.

import { expect, test } from "vitest";
import { SOCKET_FAMILIES } from "../../../app/model/names/names.ts";
import { protocolsOf } from "../../../app/model/names/protocols.ts";

const families = Object.values(SOCKET_FAMILIES);

test("names are unique within a family", () => {
  expect(new Set(families).size).toBe(families.length);
  for (const family of families) {
    const names = Object.values(protocolsOf(family));
    expect(new Set(names).size).toBe(names.length);
  }
});
