// What refers to what in CRIU sets on which look-ups by id alone go wrong, and what a set says that is missing.

import { describe, expect, test } from "vitest";
import { checkImage } from "../../../app/checks/check.ts";
import { decodeCriuSet } from "../../../app/decoder/criu/index.ts";
import { openImage } from "../../../app/decoder/open.ts";
import type { Source } from "../../../app/decoder/source.ts";
import { changesJson } from "../../../app/diff/describe/describe.ts";
import { diff } from "../../../app/diff/diff.ts";
import { furtherRecords, USE } from "../../../app/model/checkpoint.ts";
import { fileName } from "../../../app/model/text/words.ts";
import { describedSet, setSources } from "../../support/criu.ts";
import { editField, setNumber, without } from "../../support/edit-set.ts";

const codesOf = (problems: readonly { readonly code: string }[]): string[] => problems.map(({ code }) => code);

describe("a tun device", () => {
  test("shares its id with the entry of its path, which has its flags", async () => {
    const { checkpoint, file } = await describedSet(setSources("cases/tun"));
    expect(checkpoint.problems).toEqual([]);
    expect([3, 4, 5].map((fd) => file(fd).kind)).toEqual(["tun", "tun", "tun"]);
    expect(file(3)).toMatchObject({ name: expect.stringContaining("pubtap0"), flags: 0o100002 });
    expect(file(0)).toMatchObject({ kind: "character device", path: "/dev/null" });
  });

  test("is not what a descriptor of another type leads to", async () => {
    const set = setNumber(setSources("cases/tun"), "fdinfo-2.img", "fdinfo_entry", 3, "type", 1);
    const { file } = await describedSet(set);
    expect(file(3)).toMatchObject({ kind: "character device", path: "/dev/net/tun" });
  });
});

describe("the threads of a dead task", () => {
  test("are uninitialised memory and ignored", async () => {
    const { checkpoint } = await describedSet(setSources("cases/zombie-threads"));
    expect(checkpoint.complete).toBe(true);
    expect(checkpoint.problems).toEqual([]);
  });
});

describe("a hard link that stands in for an unlinked file", () => {
  test("is used by that file and shown with it", async () => {
    const { checkpoint } = await decodeCriuSet(setSources("cases/link-remap"));
    const { files, fileRecords } = checkpoint;
    const link = files.id.indexOf(8);
    expect(fileName(checkpoint, link)).toMatch(/link_remap\.8$/);
    expect(files.use[link]).toBe(USE.linkRemap);
    const unlinked = files.id.indexOf(7);
    const records = furtherRecords(fileRecords, unlinked);
    expect(records).toContain(files.record[link]);
  });
});

describe("remaps of a release that stored no type", () => {
  const GHOST_BIT = 0x8000_0000n;
  const IS_GHOST = [true, true, false, true, true, true];

  /** The set as that release would have written it. */
  const legacySet = (): Source[] =>
    IS_GHOST.reduce<Source[]>((set, isGhost, entry) => {
      const typeless = setNumber(set, "remap-fpath.img", "remap_file_path_entry", entry, "remap_type", null);
      const target = (id: bigint): bigint => (isGhost ? id | GHOST_BIT : id);
      return editField(typeless, "remap-fpath.img", "remap_file_path_entry", entry, "remap_id", (id) =>
        target(id as bigint),
      );
    }, setSources("cases/link-remap"));

  test("are ghosts by a bit of their number, and hard links without it", async () => {
    const now = await describedSet(setSources("cases/link-remap"));
    const then = await describedSet(legacySet());
    // Where nothing says so, it is not said.
    const known = ({ remap, ...details }: Readonly<Record<string, unknown>>) =>
      remap === "LINKED" ? details : { ...details, remap };
    expect(then.document.files.map(({ details }) => known(details))).toEqual(
      now.document.files.map(({ details }) => known(details)),
    );
    const findings = async (set: Source[]) => codesOf((await checkImage(await decodeCriuSet(set))).findings);
    expect(await findings(legacySet())).toEqual(await findings(setSources("cases/link-remap")));
  });
});

describe("a unix socket outside the dump", () => {
  test("has no flags and no state of its own", async () => {
    const { document } = await describedSet(setSources("cases/external-unix"));
    const outside = document.files.find(({ id }) => id === 7);
    expect(outside).toMatchObject({
      name: "socket:[unix dgram /tmp/pw/ext.sock outside the dump]",
      flags: null,
      details: { outside: true },
    });
    expect(Object.keys(outside?.details ?? {})).toEqual(["type", "name", "inode", "outside"]);
  });

  test("is distinguished from one in the dump that no descriptor refers to", async () => {
    const set = setSources("cases/external-unix");
    const { document } = await describedSet(set);
    const entry = document.files.findIndex(({ id }) => id === 7);
    const outside = await decodeCriuSet(set);
    const inside = await decodeCriuSet(setNumber(set, "files.img", "file_entry", entry, "usk.uflags", 0));
    const peers = (before: typeof outside, after: typeof outside) =>
      changesJson(diff(before.checkpoint, after.checkpoint)).map((change) =>
        change.kind === "file-detail" ? [change.key, change.before, change.after] : change.kind,
      );
    const name = "socket:[unix dgram /tmp/pw/ext.sock";
    expect(peers(outside, inside)).toEqual([["peer", [`${name} outside the dump`], [name]]]);
    expect(peers(inside, outside)).toEqual([["peer", [name], [`${name} outside the dump`]]]);
    expect(peers(outside, outside)).toEqual([]);
  });
});

describe("a set", () => {
  test("is a pre-dump and not a failed dump", async () => {
    const { checkpoint } = await decodeCriuSet(setSources("cases/incremental/1"));
    expect(checkpoint.complete).toBe(true);
    expect(checkpoint.problems).toMatchObject([{ severity: "note", code: "pre-dump" }]);
  });

  test("says that its parent is missing, unless it is among the inputs", async () => {
    const alone = await decodeCriuSet(setSources("cases/incremental/2"));
    expect(codesOf(alone.checkpoint.problems)).toEqual(["missing-parent"]);
    const both = await openImage(setSources("cases/incremental"), { set: "2" });
    if ("refused" in both) throw new Error(both.refused);
    // The fixture has no memory.
    expect(codesOf(both.checkpoint.problems)).toEqual(["missing-parent-pages"]);
    expect(both.checkpoint.facts).toContainEqual({ label: "parent set", value: "1" });
  });

  test("says that it is newer than what is known, and names what is not", async () => {
    const { checkpoint } = await decodeCriuSet(setSources("cases/newer-criu"));
    expect(codesOf(checkpoint.problems).toSorted()).toEqual(["newer-criu", "newer-version", "unknown-member"]);
    const messageOf = (code: string) => checkpoint.problems.find((problem) => problem.code === code)?.message;
    expect(messageOf("newer-version")).toContain("4.2");
    expect(messageOf("unknown-member")).toContain("mqueue-data.img");
  });

  test("lacks the members of namespaces that CRIU was not in", async () => {
    for (const name of ["utsns-12.img", "ipcns-var-11.img", "netns-10.img", "mountpoints-13.img"]) {
      const { checkpoint } = await decodeCriuSet(without(setSources("cases/tun"), name));
      expect(checkpoint.complete).toBe(false);
      expect(checkpoint.problems.map(({ message }) => message.split(" ")[0])).toEqual([name]);
    }
  });

  test("has no core without a task", async () => {
    const { checkpoint } = await decodeCriuSet(setSources("cases/cut-members/set-pstree"));
    expect(codesOf(checkpoint.problems)).toEqual(["empty-member", "orphan-core"]);
    expect(checkpoint.problems[1]?.message).toContain("core-28249.img");
  });
});
