import { expect, test } from "vitest";
import { imageNames } from "../../app/worker/handlers/image-names.ts";

test("an image in the only file is called as the input", () => {
  expect(imageNames(["checkpoint"], ["podman.tar.gz"])).toEqual([""]);
  expect(imageNames([""], ["one.ckpt"])).toEqual([""]);
});

test("an image that is alone in its archive is called as the archive", () => {
  const files = ["in/before.tar/checkpoint", "in/after.tar/checkpoint"];
  expect(imageNames(files, ["in/before.tar", "in/after.tar", "in/notes.txt"])).toEqual([
    "in/before.tar",
    "in/after.tar",
  ]);
});

test("of several in one archive, each keeps its name there", () => {
  expect(imageNames(["a.tar/1", "a.tar/2", "b.tar/1"], ["a.tar", "b.tar"])).toEqual(["a.tar/1", "a.tar/2", "b.tar"]);
  expect(imageNames(["before", "after"], ["both.tar"])).toEqual(["before", "after"]);
});

test("folders and loose files keep their names", () => {
  const files = ["w/before/files.img", "w/before/pstree.img", "w/x.ckpt"];
  expect(imageNames(["w/before", "w/x.ckpt"], files)).toEqual(["w/before", "w/x.ckpt"]);
});
