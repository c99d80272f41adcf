// A path or name that the end of an image cuts short is marked in the document: it could be taken for a whole one.

import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource, type Source } from "../../app/decoder/source.ts";
import { pack, unpack } from "../../app/link/pack.ts";
import { commBytes, nameBytes } from "../../app/model/checkpoint.ts";
import { indexOfBytes } from "../../app/model/text/text.ts";
import { setSources } from "../support/criu.ts";
import { withFile } from "../support/edit-set.ts";
import { documentOf, fixtureBytes } from "../support/open.ts";

const schema = JSON.parse(readFileSync(new URL("../../public/schema/show.schema.json", import.meta.url), "utf8"));
const validate = new Ajv({ allErrors: true, strict: false, allowUnionTypes: true }).compile(schema);

async function opened(sources: readonly Source[]) {
  const image = await openImage(sources, { dialect: "v23-rc2" });
  if ("refused" in image) throw new Error(image.refused);
  const document = (await documentOf(image)) as unknown as {
    files: { path: string | null; cut?: true }[];
    tasks: { comm: string; cut?: true }[];
  };
  validate(document);
  expect(validate.errors ?? []).toEqual([]);
  return { checkpoint: image.checkpoint, document };
}

/** The paths of files, and the names of tasks, that are marked. */
async function marked(sources: readonly Source[]): Promise<{ paths: (string | null)[]; comms: string[] }> {
  const { files, tasks } = (await opened(sources)).document;
  return {
    paths: files.filter(({ cut }) => cut).map(({ path }) => path),
    comms: tasks.filter(({ cut }) => cut).map(({ comm }) => comm),
  };
}

describe("a stream that ends", () => {
  const bytes = fixtureBytes("linux-cr/v23-s1/before.ckpt");
  const whole = [bytesSource("image", bytes)];
  const until = (text: Uint8Array, length: number) => [
    bytesSource("image", bytes.slice(0, indexOfBytes(bytes, text) + length)),
  ];

  test("nowhere marks nothing", async () => expect(await marked(whole)).toEqual({ paths: [], comms: [] }));

  test("inside a path marks its file", async () => {
    const { checkpoint } = await opened(whole);
    const isStored = (path: Uint8Array): boolean => path[0] === 0x2f && indexOfBytes(bytes, path) > 0;
    const row = checkpoint.files.has.findIndex((_, file) => isStored(nameBytes(checkpoint, file)));
    const path = nameBytes(checkpoint, row);
    expect(await marked(until(path, 3))).toEqual({ paths: [new TextDecoder().decode(path.slice(0, 3))], comms: [] });
    // All of the path is there: only its NUL is missing.
    expect((await marked(until(path, path.length + 1))).paths).toEqual([]);
  });

  test("inside the name of a task marks the task", async () => {
    const comm = commBytes((await opened(whole)).checkpoint, 0);
    expect(await marked(until(comm, 2))).toEqual({ paths: [], comms: [new TextDecoder().decode(comm.slice(0, 2))] });
  });
});

describe("a set one of whose files ends", () => {
  const set = setSources("w1/before");

  const until = async (name: string, text: Uint8Array, length: number) => {
    const source = set.find((each) => each.name === name) as Source;
    const bytes = await source.read(0, source.size);
    return withFile(set, name, bytes.slice(0, indexOfBytes(bytes, text) + length));
  };

  test("nowhere marks nothing", async () => expect(await marked(set)).toEqual({ paths: [], comms: [] }));

  test("inside a path marks its file", async () => {
    const { checkpoint } = await opened(set);
    const row = checkpoint.files.has.findIndex((_, file) => nameBytes(checkpoint, file)[0] === 0x2f);
    const path = nameBytes(checkpoint, row);
    const start = new TextDecoder().decode(path.slice(0, 3));
    expect(await marked(await until("files.img", path, 3))).toEqual({ paths: [start], comms: [] });
  });

  test("is packed with its marks", async () => {
    const { checkpoint } = await opened(await until("files.img", new TextEncoder().encode("/"), 1));
    const unpacked = unpack(pack(checkpoint, "cut"));
    if ("refused" in unpacked) throw new Error(unpacked.refused);
    const marks = checkpoint.problems.map(({ cut }) => cut);
    expect(marks).toContainEqual({ file: expect.any(Number) });
    expect(unpacked.checkpoint.problems.map(({ cut }) => cut)).toEqual(marks);
  });

  test("inside the name of a task marks the task", async () => {
    const { checkpoint } = await opened(set);
    const comm = commBytes(checkpoint, 0);
    const cut = await until(`core-${checkpoint.tasks.pid[0]}.img`, comm, 2);
    expect((await marked(cut)).comms).toEqual([new TextDecoder().decode(comm.slice(0, 2))]);
  });
});
