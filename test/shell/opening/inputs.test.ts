import { describe, expect, test } from "vitest";
import { inputOfFiles } from "../../../app/shell/opening/inputs.ts";
import { togetherAsSet } from "../../../app/shell/opening/together.ts";
import type { InputFile } from "../../../app/worker/protocol.ts";

const file = (path: string): InputFile => ({ path, file: new File(["x"], path) });
const nameOf = (...paths: string[]): string | undefined => inputOfFiles(paths.map(file))?.name;

describe("dropped files are one input", () => {
  test("under a file's name", () => {
    expect(nameOf("a.ckpt")).toBe("a.ckpt");
  });
  test("under the name of the folder that all are in", () => {
    expect(nameOf("dump/inventory.img", "dump/core-1.img")).toBe("dump");
    expect(inputOfFiles(["dump/inventory.img", "dump/.DS_Store"].map(file))?.files).toHaveLength(1);
  });
  test("under their count where they have no folder in common", () => {
    expect(nameOf("a.ckpt", "b.ckpt")).toBe("2 files");
    expect(nameOf("a/inventory.img", "b/inventory.img")).toBe("2 files");
  });
  test("without files there is no input", () => {
    expect(inputOfFiles([])).toBeNull();
    expect(inputOfFiles([file(".DS_Store")])).toBeNull();
  });
});

describe("files that are dropped one after the other", () => {
  const together = (first: readonly string[], second: readonly string[]) =>
    togetherAsSet({ name: "first", files: first.map(file) }, { name: "second", files: second.map(file) });
  test("are one set if they are loose files of a set", () => {
    const set = together(["core-1.img", "pstree.img"], ["fdinfo-2.img"]);
    expect(set?.files.map(({ path }) => path)).toEqual(["core-1.img", "pstree.img", "fdinfo-2.img"]);
    expect(set?.name).toBe("3 files");
  });
  test("are not if one is in a folder, is something else, or is there already", () => {
    expect(together(["core-1.img"], ["dump/fdinfo-2.img"])).toBeNull();
    expect(together(["core-1.img"], ["after.ckpt"])).toBeNull();
    expect(together(["core-1.img"], ["core-1.img"])).toBeNull();
  });
});
