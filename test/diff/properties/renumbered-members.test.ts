// Members whose names contain a number that every dump assigns anew: the inode of a TCP connection, the id of shared
// memory.

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkImage } from "../../../app/checks/check.ts";
import type { MessageName } from "../../../app/decoder/criu/format/messages.ts";
import type { Source } from "../../../app/decoder/source.ts";
import { changesJson } from "../../../app/diff/describe/describe.ts";
import { diff } from "../../../app/diff/diff.ts";
import { readResources } from "../../../app/resources/read.ts";
import { folderSources } from "../../support/corpus.ts";
import { mapNumbers, type NumberChange, renamed } from "../../support/edit-set.ts";
import { openSources } from "../../support/resources.ts";

const verdicts = (name: string): Source[] =>
  folderSources(join(import.meta.dirname, "../../fixtures/criu/verdicts", name));

async function changesOf(before: readonly Source[], after: readonly Source[]) {
  const images = [await openSources(before), await openSources(after)] as const;
  const [one, other] = [await readResources(images[0]), await readResources(images[1])];
  return changesJson(diff(images[0].checkpoint, images[1].checkpoint, { resources: { before: one, after: other } }));
}

const faults = async (set: readonly Source[]): Promise<readonly string[]> =>
  (await checkImage(await openSources(set))).findings.map(({ code }) => code);

/** Added to each number. */
const STEP = 5000n;

/** A set whose members of a kind, and the fields that name them, have other numbers. */
function renumberedMembers(
  set: readonly Source[],
  prefix: string,
  radix: 10 | 16,
  files: readonly (readonly [name: RegExp, message: MessageName])[],
  change: NumberChange,
): Source[] {
  let other: Source[] = [...set];
  for (const { name } of set) {
    for (const [of, message] of files) if (of.test(name)) other = mapNumbers(other, name, message, change);
    const digits = name.startsWith(`${prefix}-`) ? name.slice(prefix.length + 1, -".img".length) : "";
    if (digits === "") continue;
    const number = BigInt(Number.parseInt(digits, radix)) + STEP;
    other = renamed(other, name, `${prefix}-${number.toString(radix)}.img`);
  }
  const names = (of: readonly Source[]) => of.map(({ name }) => name);
  expect(names(other)).not.toEqual(names(set));
  return other;
}

const TCP_FILES = [[/^files\.img$/, "file_entry"]] as const;
const inodes: NumberChange = (field, value) => (field === "inet_sk_entry.ino" && value !== 0n ? value + STEP : value);

const SHARED_FILES = [
  [/^memfd\.img$/, "memfd_inode_entry"],
  [/^mm-/, "mm_entry"],
] as const;
const VMA_FILES = 0xc0n;
const sharedIds: NumberChange = (field, value, numberOf) => {
  // Of a mapping of a file, shmid is the id of the file.
  if (field === "vma_entry.shmid")
    return value === 0n || (numberOf("status") & VMA_FILES) !== 0n ? value : value + STEP;
  return field === "memfd_inode_entry.shmid" ? value + STEP : value;
};

describe("a set as another dump of the same state would write it", () => {
  test.each([
    ["inodes of its TCP connections", "tcp", "tcp-stream", 16, TCP_FILES, inodes],
    ["ids of its shared memory", "gone", "pagemap-shmem", 10, SHARED_FILES, sharedIds],
  ] as const)("has no changes if the %s differ", async (_, name, prefix, radix, files, change) => {
    const set = verdicts(name);
    const other = renumberedMembers(set, prefix, radix, files, change);
    // Every member is still found by the entry that names it.
    expect(await faults(other)).toEqual(await faults(set));
    expect(await changesOf(set, other)).toEqual([]);
  });

  test("is checked like any other: a member under the wrong number is reported as missing", async () => {
    const set = verdicts("gone");
    const name = set.find((each) => each.name.startsWith("pagemap-shmem"))?.name ?? "";
    expect(await faults(renamed(set, name, "pagemap-shmem-1.img"))).not.toEqual(await faults(set));
  });
});
