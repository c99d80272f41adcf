// Chains of dumps: whether the sets before one have the pages that it leaves to them.

import { expect, test } from "vitest";
import { checkImage } from "../../../app/checks/check.ts";
import { openImage } from "../../../app/decoder/open.ts";
import { bytesSource, type Source } from "../../../app/decoder/source.ts";
import { encodeText } from "../../../app/model/text/text.ts";
import { setSources } from "../../support/criu.ts";
import { editEntries, setNumber, withFile, without } from "../../support/edit-set.ts";

const PAGEMAP = "pagemap-14115.img";
const IN_PARENT = 1;

/** The files of a set in a folder, with a link to the set before it. */
const inFolder = (folder: string, set: readonly Source[], parent: string | null): Source[] => [
  ...set
    .filter(({ name }) => name !== "parent")
    .map(({ name, size, read }) => ({ name: `${folder}/${name}`, size, read })),
  ...(parent === null ? [] : [bytesSource(`${folder}/parent`, encodeText(`../${parent}`))]),
];

const LAST = setSources("cases/incremental/2");
/** The fixture has no memory. */
const FIRST = withFile(setSources("cases/incremental/1"), "pages-1.img", new Uint8Array(2 ** 20));

/** A last dump, and two before it, of which the second leaves the pages of one of its runs to the first. */
const CHAIN: Source[] = [
  ...inFolder("1", FIRST, null),
  ...inFolder("2", setNumber(FIRST, PAGEMAP, "pagemap_entry", 1, "flags", IN_PARENT), "1"),
  ...inFolder("3", LAST, "2"),
];

async function problemsOf(sources: readonly Source[]): Promise<string[]> {
  const image = await openImage(sources, { set: "3" });
  if ("refused" in image) throw new Error(image.refused);
  const problems = image.checkpoint.problems.map(({ code, message }) => `${code}: ${message}`);
  const found = (await checkImage(image)).findings.filter(({ message }) => message.includes("parent set"));
  expect(found.map(({ severity, message }) => `${severity}: ${message}`)).toEqual(
    image.checkpoint.problems.map(({ message }) => `error: ${message}`),
  );
  return problems;
}

test("a chain of which every set has its pages has no problem", async () => {
  expect(await problemsOf(CHAIN)).toEqual([]);
});

test("a set before the one before must be here if pages are left to it", async () => {
  const shorter = CHAIN.filter(({ name }) => !name.startsWith("1/"));
  expect(await problemsOf(shorter)).toEqual([
    "missing-parent: Pages of task 14115 are in the parent set, and there in a parent of its own, which is missing.",
  ]);
  const whole = [...inFolder("2", FIRST, "1"), ...inFolder("3", LAST, "2")];
  expect(await problemsOf(whole)).toEqual([]);
});

test("a set before must have the pagemap, the run and the pages", async () => {
  expect(await problemsOf(without(CHAIN, `2/${PAGEMAP}`))).toEqual([
    `missing-parent: Pages of task 14115 are in the parent set, which has no ${PAGEMAP}.`,
  ]);
  expect(await problemsOf(editEntries(CHAIN, `1/${PAGEMAP}`, ([head]) => (head === undefined ? [] : [head])))).toEqual([
    "missing-parent: Pages of task 14115 are in the parent set, but they, or the file with them, are missing.",
  ]);
});

test("a file of pages that is missing or too short is a note on a set, and an error of a restore", async () => {
  const note = (why: string): string[] => [
    `missing-parent-pages: Pages of task 14115 are in the parent set, but ${why}.`,
  ];
  const missing = note("they, or the file with them, are missing");
  expect(await problemsOf(without(CHAIN, "1/pages-1.img"))).toEqual(missing);
  expect(await problemsOf(without(CHAIN, "2/pages-1.img"))).toEqual(missing);
  const short = withFile(CHAIN, "2/pages-1.img", new Uint8Array(4096));
  expect(await problemsOf(short)).toEqual(note("the file with them is too short"));
});
