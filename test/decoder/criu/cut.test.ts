// An entry that is cut off: it is decoded as far as it goes. Cuts everywhere are the subject of
// test/decoder/cuts.test.ts.

import { describe, expect, test } from "vitest";
import { decodeCriuSet } from "../../../app/decoder/criu/index.ts";
import { closeCut } from "../../../app/decoder/criu/wire/cut-entry.ts";
import type { Image } from "../../../app/decoder/image.ts";
import { bytesSource, type Source } from "../../../app/decoder/source.ts";
import { detailsOf } from "../../../app/model/detail-store.ts";
import { fileName } from "../../../app/model/text/words.ts";
import { setSources } from "../../support/criu.ts";
import { imageBytes, type Message } from "../../support/criu-set.ts";
import { entries } from "../../support/resources.ts";

const decode = (source: Source, size: number): Promise<Image> =>
  decodeCriuSet([bytesSource(source.name, (source.read(0, source.size) as Uint8Array).subarray(0, size))]);

test("a string that the file ends inside is marked, and the entry's stored size is shown", async () => {
  const files = setSources("w1/before").find(({ name }) => name === "files.img") as Source;
  const whole = await decode(files, files.size);
  const name = (await whole.fields(1)).find((field) => field.name.endsWith("reg.name"));
  const size = (await whole.fields(1))[0]?.raw;
  if (name === undefined) throw new Error("there is no name");
  const image = await decode(files, name.offset + name.length - 2);
  const fields = await image.fields(1);
  expect(fields[0]).toMatchObject({ name: "size", raw: size });
  expect(fields.at(-1)).toMatchObject({ name: name.name, raw: name.raw.slice(0, -2), cut: true });
  expect((await whole.fields(1)).every(({ cut }) => cut === undefined)).toBe(true);
});

/** A set whose file of a name ends after some bytes. */
async function cutSet(set: string, file: string, size: number): Promise<Image> {
  const sources = setSources(set).map((source) =>
    source.name === file ? bytesSource(file, (source.read(0, source.size) as Uint8Array).subarray(0, size)) : source,
  );
  return decodeCriuSet(sources);
}

describe("what an entry lost is unknown", () => {
  test("the range of a lock", async () => {
    const locksOf = async (size: number): Promise<string> => {
      const { checkpoint } = await cutSet("w1/before", "filelocks.img", size);
      return JSON.stringify(
        Array.from({ length: checkpoint.files.count }, (_, file) => detailsOf(checkpoint, file).locks),
      );
    };
    expect(await locksOf(26)).toMatch(/"type":"F_WRLCK",.*"start":"10","length":"20"/);
    expect(await locksOf(22)).toMatch(/"type":"F_WRLCK",.*"start":null,"length":null/);
    // Without its descriptor, a lock is of no file.
    expect(await locksOf(20)).not.toContain("kind");
  });

  test("the protocol, address and port of a socket", async () => {
    const { checkpoint } = await cutSet("cases/s390x", "files.img", 867);
    const last = checkpoint.files.count - 1;
    expect(fileName(checkpoint, last)).toBe("socket:[? ?]");
    expect(detailsOf(checkpoint, last)).toMatchObject({ source: null, destination: null, protocol: null });
  });

  test("the process that gets signals, its user, and the rest of an IPv6 address", async () => {
    const eventfd = (fown: Message): Message => [
      [1, 6],
      [2, 1],
      [
        8,
        [
          [1, 1],
          [2, 2],
          [3, fown],
          [4, 0],
        ] as Message,
      ],
    ];
    const socket: Message = [
      [1, 4],
      [2, 1],
      [
        4,
        [
          [1, 1],
          [2, 9],
          [3, 10],
          [4, 1],
          [5, 6],
          [6, 7],
          [7, 80],
          [8, 0],
          [9, 2],
          [11, 0],
        ] as Message,
      ],
    ];
    const detailsIn = async (message: Message) => {
      const image = await decodeCriuSet([bytesSource("files.img", imageBytes("FILES", [message]))]);
      return detailsOf(image.checkpoint, 0);
    };
    expect(
      (
        await detailsIn(
          eventfd([
            [1, 0],
            [2, 0],
            [3, 12],
          ]),
        )
      ).owner,
    ).toEqual({
      pid: null,
      type: null,
      signal: 12,
      uid: 0,
      euid: 0,
    });
    expect((await detailsIn(socket)).source).toBe("?:80");
  });

  test("how many pages a mapping has", async () => {
    const sizes = [111, 65].map(async (size) => {
      const found = await entries(await cutSet("w1/before", "pagemap-28249.img", size), "mappings");
      return found.map(({ present }) => present);
    });
    const [whole, cut] = await Promise.all(sizes);
    expect(whole?.some((count) => Number(count) > 0)).toBe(true);
    expect(cut?.every((count) => count === null)).toBe(true);
  });

  test("how many pages a mapping of a memfd has, where memfd.img is cut", async () => {
    const found = await entries(await cutSet("r1/before", "memfd.img", 14), "mappings");
    const shared = found.filter(({ kind, permissions }) => kind === "memfd" && String(permissions).endsWith("s"));
    expect(shared.map(({ present }) => present)).toEqual(shared.map(() => null));
    expect(shared).not.toEqual([]);
  });
});

describe("an entry that is cut off", () => {
  test("keeps what is left of a string in a nested message", () => {
    // file_entry: type 1, id 7, reg { id 7, flags 2, name "/tmp/lo…" of 12 bytes.
    const reg = [8, 7, 16, 2, 50, 12, ...new TextEncoder().encode("/tmp/lo")];
    const whole = closeCut(Uint8Array.from([8, 1, 16, 7, 26, 40, ...reg]), "file_entry");
    expect([...(whole ?? [])]).toEqual([8, 1, 16, 7, 26, 13, 8, 7, 16, 2, 50, 7, ...reg.slice(6)]);
  });

  test("is not read if its fields are out of order: its size is wrong", () => {
    expect(closeCut(Uint8Array.from([16, 7, 8, 1]), "file_entry")).toBeNull();
    expect(closeCut(Uint8Array.from([8, 1, 8, 2]), "file_entry")).toBeNull();
    expect(closeCut(Uint8Array.from([0, 0, 0]), "file_entry")).toBeNull();
  });
});
