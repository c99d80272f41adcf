// The checks of CRIU sets: sound sets give nothing, and one with just one fault gives that finding and no other.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkImage } from "../../app/checks/check.ts";
import { RULE_OF_PROBLEM } from "../../app/checks/criu/problems.ts";
import { CRIU_RULES } from "../../app/checks/criu/rules.ts";
import { decodeCriuSet } from "../../app/decoder/criu/index.ts";
import type { Source } from "../../app/decoder/source.ts";
import { setSources, TRUE_SETS } from "../support/criu.ts";
import { imageBytes } from "../support/criu-set.ts";
import { withFile, without } from "../support/edit-set.ts";
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
    const marked = (await image.fields(finding?.record ?? -1)).find(({ name }) => name === field);
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
      .filter((name) => name.endsWith(".ts") && name !== "container-metadata.ts")
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
