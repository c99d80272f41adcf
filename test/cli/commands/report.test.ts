// ckptscope report, view and serve: what they refuse, each in a line.

import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { main } from "../../../cli/ckptscope.ts";
import { reportOf } from "../../../cli/commands/report.ts";
import { openImages } from "../../../cli/images.ts";
import type { Io } from "../../../cli/io.ts";

const image = fileURLToPath(new URL("../../fixtures/linux-cr/v23-s1/before.ckpt", import.meta.url));

const complaints: string[] = [];
const io: Io = {
  print: async () => true,
  printBytes: async () => true,
  complain: (line) => complaints.push(line),
  readStdin: async () => new Uint8Array(0),
  colour: false,
  columns: null,
};

test.each([
  [["report"], /takes one image, or two/],
  [["report", image], /-o FILE.html is missing/],
  [["report", image, "-o", "x.html", "--leave-out", "all"], /--leave-out: all is none of nothing, directories, names/],
  [["view"], /takes one image, or two/],
  [["view", image, image, image], /takes one image, or two/],
  [["serve"], /takes one folder/],
  [["serve", ".", "--port", "70000"], /70000 is no port/],
  [["/nowhere/x.ckpt"], /there is no command/],
])("%s", async (args, sentence) => {
  complaints.length = 0;
  expect(await main(args, io)).toBe(2);
  expect(complaints).toEqual([expect.stringMatching(sentence)]);
});

test("puts the images into the page, and nothing else changes", async () => {
  const images = await openImages([image], io, {});
  const [before, after] = ["<html>$&</html>", "tail"];
  const element = '<script type="application/octet-stream" id="images">';
  const whole = (await reportOf(images, "nothing", `${before}${element}</script>${after}`)).join("");
  expect(whole.startsWith(before + element)).toBe(true);
  expect(whole.endsWith(`</script>${after}`)).toBe(true);
  expect(whole.slice(before.length + element.length, -`</script>${after}`.length)).toMatch(/^[A-Za-z0-9+/]+={0,2}$/);
  await expect(reportOf(images, "nothing", "<html></html>")).rejects.toThrow(/damaged/);
});
