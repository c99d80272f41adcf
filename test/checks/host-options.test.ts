// Options that a restore needs for each mount from outside, against those that are given.

import { expect, test } from "vitest";
import { checkImage } from "../../app/checks/check.ts";
import { optionsIn } from "../../app/checks/host/host.ts";
import { optionDifferences } from "../../app/checks/host/options.ts";
import { decodeCriuSet } from "../../app/decoder/criu/index.ts";
import type { Source } from "../../app/decoder/source.ts";
import { setSources } from "../support/criu.ts";
import { imageBytes, type Message } from "../support/criu-set.ts";
import { setNumber, withFile } from "../support/edit-set.ts";
import { openSources } from "../support/resources.ts";

const mount = (id: number, at: string, more: Message): Message => [
  [1, 0],
  [2, id],
  [3, 8],
  [4, id === 1 ? 0 : 1],
  [5, 0],
  [6, "/x"],
  [7, at],
  [8, "none"],
  [9, ""],
  ...more,
];
const KEY = 18;
const EXT_MOUNT = 13;

async function neededOptions(...mounts: readonly Message[]): Promise<string[]> {
  const bytes = imageBytes("MNTS", [mount(1, "./", []), ...mounts]);
  const image = await decodeCriuSet(withFile(setSources("verdicts/mnt"), "mountpoints-9.img", bytes));
  const { needs } = await checkImage(image);
  return (needs?.options ?? []).map(({ option }) => option).filter((option) => option.startsWith("--external"));
}

test("a mount from outside is named by its key, and one that CRIU found itself by none", async () => {
  expect(await neededOptions(mount(2, "./etc/hosts", [[KEY, "hosts"]]))).toEqual(["--external mnt[hosts]"]);
  expect(await neededOptions(mount(2, "./etc/hosts", [[KEY, "CRIU:AUTODETECTED"]]))).toEqual(["--external mnt[]"]);
  expect(await neededOptions(mount(2, "./data", [[KEY, "CRIU:EXTERNAL_DEV"]]))).toEqual(["--external dev[…]"]);
  // Before there were keys, root had the name.
  expect(await neededOptions(mount(2, "./etc/hosts", [[EXT_MOUNT, 1]]))).toEqual(["--external mnt[/x]"]);
});

test("a comma separates options, but not the parts of a value", () => {
  const options = optionsIn("--enable-fs=fuse,nfs,--tcp-close, -j --enable-fs hugetlbfs,nfs");
  expect([...options].toSorted()).toEqual(
    ["--enable-fs", "--enable-fs=fuse,nfs", "--enable-fs=hugetlbfs,nfs", "--shell-job", "--tcp-close"].toSorted(),
  );
});

test("each mount and file from outside has to be given", () => {
  const need = (option: string) => ({ option, reason: "it comes from outside" });
  const needed = [
    need("--external mnt[hosts]"),
    need("--external mnt[data]"),
    need("--inherit-fd fd[N]:pipe:[5]"),
    need("--root"),
  ];
  const missing = (given: string) => optionDifferences(needed, given).map(({ recorded }) => recorded);
  expect(missing("--root /r --external mnt[hosts]:/etc/hosts --inherit-fd fd[3]:pipe:[5]")).toEqual([
    "--external mnt[data]",
  ]);
  expect(missing("--root=/r --external=mnt[data]:/d --external mnt[hosts]:/h --inherit-fd fd[3]:pipe:[6]")).toEqual([
    "--inherit-fd fd[N]:pipe:[5]",
  ]);
  expect(missing("--root /r,--external mnt[hosts]:/a,b --external=mnt[data]:/d,--inherit-fd fd[3]:pipe:[5]")).toEqual(
    [],
  );
  expect(missing("")).toEqual(needed.map(({ option }) => option));
  expect(optionDifferences(needed, undefined)).toEqual([]);
});

test("a lock whose place is cut off asks for nothing", async () => {
  const locks = async (set: readonly Source[]) => {
    const { demands } = await checkImage(await openSources(set), { host: {} });
    return (demands?.list ?? []).filter(({ kind }) => kind === "lock").length;
  };
  const set = setSources("cases/file-locks");
  expect(await locks(set)).toBe(4);
  expect(await locks(setNumber(set, "filelocks.img", "file_lock_entry", 0, "start", null))).toBe(3);
});
