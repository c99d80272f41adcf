import { describe, expect, test } from "vitest";
import { inputOfFiles } from "../../../app/shell/opening/inputs.ts";
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
