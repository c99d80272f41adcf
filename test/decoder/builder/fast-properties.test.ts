// What the decoders use for every record has properties at fixed places, not in a table that V8 searches by name.

import { setFlagsFromString } from "node:v8";
import { runInThisContext } from "node:vm";
import { expect, test } from "vitest";
import { createBuilder } from "../../../app/decoder/builder.ts";
import { ACTIONS, OBJECTS } from "../../../app/decoder/linux-cr/actions.ts";

setFlagsFromString("--allow-natives-syntax");
const hasFixedPlaces: (object: object) => boolean = runInThisContext("(object) => %HasFastProperties(object)");

test("an object can lack fixed places", () => {
  expect(hasFixedPlaces(Object.create(null))).toBe(false);
});

test("the builder and its columns have fixed places", () => {
  const builder = createBuilder();
  expect(hasFixedPlaces(builder)).toBe(true);
  for (const part of [builder.tasks, builder.tables, builder.descriptors, builder.files, builder.records]) {
    expect(hasFixedPlaces(part)).toBe(true);
  }
});

test("the numbers of actions and kinds of object have fixed places, and differ", () => {
  for (const numbers of [ACTIONS, OBJECTS]) {
    expect(hasFixedPlaces(numbers)).toBe(true);
    const values = Object.values(numbers);
    expect(values).toEqual(values.map((_, index) => index + 1));
  }
});
