// The HTML of ckptscope report, and arguments that report, view and serve refuse.

import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { reportOf } from "../../../cli/commands/report.ts";
import { openImages } from "../../../cli/images.ts";
import { recordingIo, runCommand } from "../../support/command.ts";

const image = fileURLToPath(new URL("../../fixtures/linux-cr/v23-s1/before.ckpt", import.meta.url));

test.each([
  [["report"], /expected one image, or two to compare/],
  [["report", image], /no output file; use -o FILE.html/],
  [["report", image, "-o", "x.html", "--leave-out", "all"], /unknown value 'all'; use nothing, directories or names/],
  [["view"], /expected one image, or two to compare/],
  [["view", image, image, image], /expected one image, or two to compare/],
  [["serve"], /expected one directory/],
  [["serve", ".", "--port", "70000"], /70000 is not a port/],
  [["/nowhere/x.ckpt"], /unknown command or missing file/],
])("%s is an error", async (args, sentence) => {
  const { status, complaints } = await runCommand(args);
  expect(status).toBe(2);
  expect(complaints).toEqual([expect.stringMatching(sentence)]);
});

test("puts the images into the page and changes nothing else", async () => {
  const images = await openImages([image], recordingIo().io, {});
  const [before, after] = ["<html>$&</html>", "tail"];
  const element = '<script type="application/octet-stream" id="images">';
  const whole = [...(await reportOf(images, "nothing", `${before}${element}</script>${after}`))].join("");
  expect(whole.startsWith(before + element)).toBe(true);
  expect(whole.endsWith(`</script>${after}`)).toBe(true);
  expect(whole.slice(before.length + element.length, -`</script>${after}`.length)).toMatch(/^[A-Za-z0-9+/]+={0,2}$/);
  await expect(reportOf(images, "nothing", "<html></html>")).rejects.toThrow(/damaged/);
});
