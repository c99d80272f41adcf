// decode → encode gives the same bytes, for every fixture in the seed's dialect.

import { readdirSync, readFileSync } from "node:fs";
import { expect, describe as suite, test } from "vitest";
import type { Image } from "../../app/decoder/image.ts";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource } from "../../app/decoder/source.ts";
import { describe } from "../../app/encoder/carry.ts";
import { encode } from "../../app/encoder/encode.ts";
import { encodeAll } from "../support/images.ts";

const fixtures = new URL("../fixtures/linux-cr/", import.meta.url);

const images = readdirSync(fixtures)
  .filter((folder) => /^(seed|v16)-/.test(folder))
  .flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, fixtures))
      .filter((file) => file.endsWith(".ckpt"))
      .map((file) => `${folder}/${file}`),
  );

async function open(bytes: Uint8Array): Promise<Image> {
  const image = await openImage([bytesSource("image", bytes)]);
  if ("refused" in image) throw new Error(image.refused);
  return image;
}

suite("an image of the seed is written again byte for byte", () => {
  test("there are images to try", () => {
    expect(images.length).toBeGreaterThan(14);
  });

  test.each(images)("%s", async (name) => {
    const bytes = readFileSync(new URL(name, fixtures));
    const description = await describe(await open(bytes));
    const again = encodeAll(description, { dialect: "seed" });
    expect(Buffer.from(again.bytes).equals(bytes)).toBe(true);
    expect(again.result).toBe(name.startsWith("seed-error") ? -9 : 0);
  });

  test("a change of the description is a change of the bytes", async () => {
    const bytes = readFileSync(new URL("seed-one/before.ckpt", fixtures));
    const description = await describe(await open(bytes));
    const [file, ...others] = Array.from({ length: description.files.length }, (_, row) => description.files.at(row));
    if (file === undefined) throw new Error("no file");
    const files = [{ ...file, pos: "18446744073709551615" }, ...others] as typeof description.files;
    const chunks = [...encode({ ...description, files }, { dialect: "seed" })];
    const changed = Buffer.concat(chunks);
    expect(changed.length).toBe(bytes.length);
    expect(changed.filter((byte, at) => byte !== bytes[at]).length).toBe(8);
    expect((await open(changed)).checkpoint.files.pos[0]).toBe(18446744073709551615n);
  });
});
