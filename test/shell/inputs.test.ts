import { describe, expect, test } from "vitest";
import { MEMBER_KINDS } from "../../app/decoder/criu/member-kinds.ts";
import { isMemberName } from "../../app/decoder/criu/member-names.ts";
import { groupImages } from "../../app/shell/inputs.ts";
import type { InputFile } from "../../app/worker/protocol.ts";

const file = (path: string, lastModified = 0): InputFile => ({ path, file: new File(["x"], path, { lastModified }) });
const names = (files: readonly InputFile[]): string[] => groupImages(files).map(({ name }) => name);

describe("images among files", () => {
  test("one file is one image", () => {
    expect(names([file("a.ckpt")])).toEqual(["a.ckpt"]);
  });
  test("two files are two, the older before", () => {
    expect(names([file("a.ckpt", 2), file("b.ckpt", 1)])).toEqual(["b.ckpt", "a.ckpt"]);
    expect(names([file("b.ckpt", 1), file("a.ckpt", 1)])).toEqual(["a.ckpt", "b.ckpt"]);
  });
  test("two parts of a set are one image", () => {
    expect(groupImages([file("inventory.img"), file("core-1.img")])).toHaveLength(1);
    expect(groupImages([file("pstree.img"), file("files.img")])).toHaveLength(1);
  });
  test("a folder is one image, under its name", () => {
    const set = [file("dump/inventory.img"), file("dump/core-1.img"), file("dump/.DS_Store")];
    const [image] = groupImages(set);
    expect(image?.name).toBe("dump");
    expect(image?.files).toHaveLength(2);
  });
  test("two folders are two images, with the files next to their sets", () => {
    const images = groupImages([
      file("after/checkpoint/inventory.img", 5),
      file("after/config.dump", 5),
      file("before/checkpoint/inventory.img", 3),
      file("before/checkpoint/core-1.img", 3),
    ]);
    expect(images.map(({ name, files }) => [name, files.length])).toEqual([
      ["before", 2],
      ["after", 2],
    ]);
  });
  test("two sets in one dropped folder are two images", () => {
    expect(names([file("w1/before/inventory.img", 1), file("w1/after/inventory.img", 2)])).toEqual([
      "w1/before",
      "w1/after",
    ]);
  });
  test("a set inside another set's folder is a part of that image", () => {
    expect(groupImages([file("dump/inventory.img"), file("dump/parent/inventory.img")])).toHaveLength(1);
    expect(groupImages([file("inventory.img"), file("parent/inventory.img")])).toHaveLength(1);
  });
  test("no files are no image", () => {
    expect(names([])).toEqual([]);
    expect(names([file(".DS_Store")])).toEqual([]);
  });
});

describe("two files of one CRIU image set are one image", () => {
  const nameOf = ({ name, number, magic }: (typeof MEMBER_KINDS)[number]): string => {
    const numbered = number === undefined ? name : `${name}-12`;
    return isMemberName(numbered) ? numbered : `${numbered}${magic === null ? ".tar.gz" : ""}.img`;
  };
  test.each(MEMBER_KINDS.map((kind) => [nameOf(kind)]))("%s", (name) => {
    expect(groupImages([file(name), file("unrelated.bin")])).toHaveLength(1);
  });
});
