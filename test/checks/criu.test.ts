// The checks of CRIU sets: sound sets give nothing, and one with just one fault gives that finding and no other.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkImage } from "../../app/checks/check.ts";
import { RULE_OF_PROBLEM } from "../../app/checks/criu/problems.ts";
import { CRIU_RULES } from "../../app/checks/criu/rules.ts";
import { decodeCriuSet } from "../../app/decoder/criu/index.ts";
import type { Source } from "../../app/decoder/source.ts";
import { setSources, TRUE_SETS } from "../support/criu.ts";
import { imageBytes, type Message } from "../support/criu-set.ts";
import { editEntries, setNumber, withFile, without } from "../support/edit-set.ts";
import { withPages } from "../support/memory.ts";
import { FAULTS } from "../support/reference-faults.ts";

const findingsOf = async (sources: readonly Source[]) => (await checkImage(await decodeCriuSet(sources))).findings;

const SOUND = [
  ...TRUE_SETS.map(([directory]) => directory),
  ...["legacy-v1-by-hand", "legacy-v1.1-by-hand"].flatMap((old) =>
    ["w1", "w2", "w4"].map((name) => `${old}/${name}-before`),
  ),
];

describe("sets that are sound", () => {
  test.each(SOUND)("%s", async (directory) => {
    expect(await findingsOf(await withPages(setSources(directory)))).toEqual([]);
  });
});

/**
 * What CRIU leaves in a directory into which it dumps one set after another, at most: it removes only files that both
 * sets can have but the second one does not need.
 */
async function dumpedOver(first: string, second: string): Promise<Source[]> {
  const [left, written] = await Promise.all([first, second].map(async (name) => withPages(setSources(name))));
  const names = new Set(written?.map(({ name }) => name));
  return [...(written ?? []), ...(left ?? []).filter(({ name }) => !names.has(name))];
}

describe("a set that was dumped into the directory of another", () => {
  test.each([
    ["w2/before", "w1/before"],
    ["w4/before", "w1/before"],
    ["w4/before", "w2/before"],
    ["w4/before", "w7/before"],
    ["w7/before", "w2/before"],
    ["w7/before", "w4/before"],
    ["verdicts/mnt", "w7/before"],
    ["w7/before", "verdicts/mnt"],
    ["verdicts/gone", "w1/before"],
    ["cases/link-remap", "w2/before"],
  ])("is not refused: %s, then %s", async (first, second) => {
    const findings = await findingsOf(await dumpedOver(first, second));
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(findings.map(({ code }) => code)).toContain("core-without-task");
  });
});

test("a set whose System V segments have their contents after their entries needs no pagemaps of them", async () => {
  const segment = imageBytes("IPCNS_SHM", [
    [
      [1, [1, 2, 3, 4, 5, 6, 7].map((field): [number, number] => [field, field === 1 ? 81 : 0])],
      [2, 8192],
    ],
  ]);
  const contents = Uint8Array.from([...segment, ...new Uint8Array(8192)]);
  const set = withFile(await withPages(setSources("r1/before")), "ipcns-shm-9.img", contents);
  expect(await findingsOf(without(set, "pagemap-shmem-0.img"))).toEqual([]);
});

test("guard regions come after the mappings that they lie in", async () => {
  // vma_entry { start: 4096, end: 8192, pgoff: 0, shmid: 0, prot: 0, flags: 0, status: guard, fd: -1 }
  const guard = [8, 128, 32, 16, 128, 64, 24, 0, 32, 0, 40, 0, 48, 0, 56, 128, 128, 4, 64, 1];
  const set = editEntries(await withPages(setSources("w4/before")), "mm-31493.img", ([entry]) => [
    Uint8Array.from([...(entry ?? []), 0x72, guard.length, ...guard]),
  ]);
  expect(await findingsOf(set)).toEqual([]);
});

test("tasks keep the sessions of their ancestors", async () => {
  const set = await withPages(setSources("verdicts/tree"));
  const moved = setNumber(set, "pstree.img", "pstree_entry", 2, "ppid", 13_406);
  // 13407 was forked by 13406 before it left the session of the root.
  const leading = setNumber(moved, "pstree.img", "pstree_entry", 1, "sid", 13_406);
  expect((await findingsOf(leading)).map(({ field }) => field)).toEqual(["pgid"]);
  expect(await findingsOf(setNumber(leading, "pstree.img", "pstree_entry", 1, "pgid", 13_406))).toEqual([]);
  // A child of the root is in a session whose leader has ended.
  expect(await findingsOf(setNumber(set, "pstree.img", "pstree_entry", 2, "sid", 999))).toEqual([]);
});

test("a task that may be dead lacks its core alone", async () => {
  const set = without(await withPages(setSources("cases/zombie-threads")), "core-16583.img");
  expect((await findingsOf(set)).map(({ message }) => message.split(" ")[0])).toEqual(["core-16583.img"]);
});

test("a packet for no socket is lost, unless there are files in it", async () => {
  const set = await withPages(setSources("w4/before"));
  const lost = setNumber(set, "sk-queues.img", "sk_packet_entry", 0, "id_for", 777);
  expect((await findingsOf(lost)).map(({ severity }) => severity)).toEqual(["warning"]);
  // scm { type: SCM_RIGHTS, rights: 5 }
  const files = editEntries(lost, "sk-queues.img", ([first, ...rest]) => [
    Uint8Array.of(...(first as Uint8Array), 0x22, 4, 8, 1, 16, 5),
    ...rest,
  ]);
  expect((await findingsOf(files)).map(({ severity }) => severity)).toEqual(["error"]);
});

test("filters that no thread has may be in any order", async () => {
  const set = await withPages(setSources("w4/before"));
  const filter: Message = [
    [1, new Uint8Array(8)],
    [2, 7],
  ];
  expect(await findingsOf(withFile(set, "seccomp.img", imageBytes("SECCOMP", [[[1, filter]]])))).toEqual([]);
});

/** Faults of what is around the entries: tested by themselves. */
const OF_WHOLE = ["archive-damaged", "set-incomplete"];

describe("a fault is found, and nothing else", () => {
  test.each(FAULTS)("%s", async (_, { code, set, edit, member, field }) => {
    const sources = edit(await withPages(setSources(set)));
    const image = await decodeCriuSet(sources);
    const found = await checkImage(image);
    // Nothing but what is asked of a host is in details, so `check` does not read them.
    expect(await checkImage(await decodeCriuSet(sources, { details: false }))).toEqual(found);
    const { findings } = found;
    expect([...new Set(findings.map((finding) => finding.code))]).toEqual([code]);
    const [finding] = findings;
    expect(findings.length === 1 || code === "member-missing").toBe(true);
    expect(finding?.errno).toBeNull();
    expect(finding?.field).toBe(field);
    expect(image.checkpoint.members[finding?.member ?? -1]?.name ?? null).toBe(member);
    if (field === null) return;
    const marked = (await image.fields(finding?.record ?? -1)).findLast(({ name }) => name === field);
    expect(finding?.offset).toBe(marked?.offset);
    expect(marked?.role).toBeUndefined();
  });

  test("for every rule", () => {
    const codes = CRIU_RULES.map(({ code }) => code).filter((code) => !OF_WHOLE.includes(code));
    expect(new Set(FAULTS.map(([, { code }]) => code))).toEqual(new Set(codes));
  });
});

describe("checking a set", () => {
  test("that a failed dump left says what is missing, and no more", async () => {
    const findings = await findingsOf(setSources("aborted-criu3.19/images"));
    expect([...new Set(findings.map(({ code }) => code))]).toEqual(["member-missing"]);
  });

  test("stops when it is aborted, and reports its progress", async () => {
    const image = await decodeCriuSet(setSources("w2/before"));
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error("enough"));
    await expect(checkImage(image, { signal: controller.signal, onProgress })).rejects.toThrow("enough");
    const seen: number[] = [];
    await checkImage(image, { onProgress: ({ bytes, size }) => seen.push(bytes / size) });
    expect(seen.length).toBeGreaterThan(3);
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  test("knows every problem that the decoder can report", () => {
    const directory = new URL("../../app/decoder/criu/", import.meta.url);
    const text = readdirSync(directory, { recursive: true, encoding: "utf8" })
      // Metadata of the container does not take part in a restore.
      .filter((name) => name.endsWith(".ts") && name !== "sets/container-metadata.ts")
      .map((name) => readFileSync(new URL(name, directory), "utf8"))
      .join("\n");
    const calls = text.matchAll(
      /\b(?:reportRecord\(\s*set,[^"]+,|report\(\s*set,\s*(?:"\w+"|severity),|code:)\s*"([a-z-]+)"/g,
    );
    const codes = new Set([...calls].map(([, code]) => code ?? ""));
    expect(codes.size).toBeGreaterThan(10);
    expect([...codes].filter((code) => !(code in RULE_OF_PROBLEM))).toEqual([]);
    expect(Object.keys(RULE_OF_PROBLEM).filter((code) => !codes.has(code))).toEqual([]);
  });
});
