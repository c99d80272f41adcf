// The checks against what CRIU 4.2 did with the same sets: each was restored, and refused or restored with something
// lost when one member was removed.

import { describe, expect, test } from "vitest";
import { checkImage } from "../../app/checks/check.ts";
import { decodeCriuSet } from "../../app/decoder/criu/index.ts";
import type { Source } from "../../app/decoder/source.ts";
import removed from "../fixtures/criu/verdicts/removed.json" with { type: "json" };
import { setSources } from "../support/criu.ts";
import { without } from "../support/edit-set.ts";
import { withPages } from "../support/memory.ts";

type Verdict = "refused" | "different" | "ok";

async function verdictOf(sources: readonly Source[]): Promise<Verdict> {
  const { findings } = await checkImage(await decodeCriuSet(sources));
  const has = (severity: string): boolean => findings.some((finding) => finding.severity === severity);
  return has("error") ? "refused" : has("warning") ? "different" : "ok";
}

const sets = [...new Set(removed.map(({ set }) => set)), "goneR", "extunix"];

describe("a set that CRIU restored", () => {
  test.each(sets)("is sound: %s", async (set) => {
    expect(await verdictOf(await withPages(setSources(`verdicts/${set}`)))).toBe("ok");
  });
});

/** Nothing else in the set says that there were locks. */
const UNKNOWABLE = ["filelocks.img"];

describe("a set less one member", () => {
  const known = removed.filter((entry) => !UNKNOWABLE.includes(entry.removed));
  test.each(known)("is $verdict: $set without $removed", async ({ set, removed: name, verdict }) => {
    expect(await verdictOf(without(await withPages(setSources(`verdicts/${set}`)), name))).toBe(verdict);
  });
});

describe("a member that is missing", () => {
  const places = ["verdicts/files", "verdicts/sock", "verdicts/tcp", "verdicts/mnt", "verdicts/uts", "verdicts/pty"];
  test.each(places)("is the one that is named: %s", async (place) => {
    const whole = await withPages(setSources(place));
    const wrong: string[] = [];
    for (const { name } of whole) {
      const { findings } = await checkImage(await decodeCriuSet(without(whole, name)));
      const missing = findings.filter(({ code }) => code === "member-missing").map(({ message }) => message);
      wrong.push(...missing.filter((message) => !message.startsWith(`${name} is missing`)));
    }
    expect(wrong).toEqual([]);
  });

  test("has no number in its name if its kind has none", async () => {
    const { findings } = await checkImage(await decodeCriuSet(setSources("cases/member-missing/without-utsns-12.img")));
    const names = findings.filter(({ code }) => code === "member-missing").map(({ message }) => message.split(" ")[0]);
    expect(names).toContain("cgroup.img");
  });
});

describe("a complete set", () => {
  test.each([
    "tun",
    "zombie-threads",
    "external-unix",
    "link-remap",
    "lazy-pages",
    "gpu-plugin",
    "s390x",
    "tty-device",
  ])("is sound: %s", async (name) => {
    expect(await verdictOf(await withPages(setSources(`cases/${name}`)))).toBe("ok");
  });
});

describe("a member cut to its magic", () => {
  test.each(["set-core-28249", "set-pstree", "set-fdinfo-2"])("is an error: %s", async (name) => {
    const image = await decodeCriuSet(await withPages(setSources(`cases/cut-members/${name}`)));
    expect(image.checkpoint.complete).toBe(false);
    expect(image.checkpoint.problems.map(({ code }) => code)).toContain("empty-member");
    expect((await checkImage(image)).findings.map(({ code }) => code)).toContain("image-damaged");
  });
});

describe("a member of a namespace that is missing", () => {
  test.each(["ipcns-var-11.img", "utsns-12.img"])("is an error: %s", async (name) => {
    const { findings } = await checkImage(await decodeCriuSet(setSources(`cases/member-missing/without-${name}`)));
    expect(findings.map(({ message }) => message.split(" ")[0])).toContain(name);
  });
});
