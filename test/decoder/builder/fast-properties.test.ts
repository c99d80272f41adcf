// What the decoders use for every record has properties at fixed places, not in a table that V8 searches by name.

import { setFlagsFromString } from "node:v8";
import { runInThisContext } from "node:vm";
import { expect, test } from "vitest";
import { createBuilder } from "../../../app/decoder/builder.ts";
import { openImage } from "../../../app/decoder/open.ts";
import { bytesSource } from "../../../app/decoder/source.ts";
import { bigDescription, encodeAll } from "../../support/images.ts";

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

test("so has everything in a decoded image", async () => {
  const { bytes } = encodeAll(bigDescription({ tasks: 2, descriptorsPerTask: 20 }), { dialect: "v23-rc2" });
  const image = await openImage([bytesSource("image.ckpt", bytes)]);
  if ("refused" in image) throw new Error(image.refused);
  const found: string[] = [];
  const visit = (value: unknown, name: string): void => {
    if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return;
    if (!hasFixedPlaces(value)) found.push(name);
    for (const [key, inner] of Object.entries(value)) visit(inner, `${name}.${key}`);
  };
  visit(image.checkpoint, "checkpoint");
  expect(found).toEqual([]);
});
