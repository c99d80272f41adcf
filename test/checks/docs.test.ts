// docs/checks.md has the section of every rule, and no other.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { RULES } from "../../app/checks/check.ts";
import { checksPage, ruleSection } from "../../app/checks/describe.ts";
import { outcomesFor, type Rule } from "../../app/checks/rule.ts";
import { DIALECT_NAMES } from "../../app/decoder/linux-cr/catalogue/dialect-names.ts";

const page = readFileSync(new URL("../../docs/checks.md", import.meta.url), "utf8");

describe("docs/checks.md", () => {
  test.each(RULES.map((rule) => [`${rule.format} ${rule.code}`, rule] as const))("explains %s", (_, rule) => {
    expect(page).toContain(`${ruleSection(rule)}\n`);
  });

  test("is current: otherwise run `npm run docs`", () => {
    expect(checksPage(page, RULES)).toBe(page);
  });

  test("gets the section of a new rule after that of the rule before it, and loses those of rules that are gone", () => {
    const of = (code: string): Rule => ({ ...(RULES[0] as Rule), code });
    const text =
      "# Checks\n\nWhat.\n\n## One\n\nFirst.\n\n### H1\n\nOld.\n\n### H2\n\nOld.\n\n## Two\n\n### a\n\nOld.\n";
    const headings = checksPage(text, ["H1", "H3", "a", "b"].map(of)).match(/^#.*|^(?:What|First|Old)\.$/gm);
    expect(headings).toEqual(["# Checks", "What.", "## One", "First.", "### H1", "### H3", "## Two", "### a", "### b"]);
  });

  test("explains nothing else, in the rules' order", () => {
    const headings = [...page.matchAll(/^### (.*)$/gm)].map(([, code]) => code);
    expect(headings).toEqual(RULES.map(({ code }) => code));
  });
});

describe("the rules", () => {
  test("have a code each, within a format", () => {
    const codes = RULES.map(({ format, code }) => `${format} ${code}`);
    expect(new Set(codes).size).toBe(codes.length);
    for (const { code } of RULES) expect(code).toMatch(/^(H[1-9]\d?|[a-z]+(-[a-z]+)*)$/);
    const numbered = RULES.filter(({ code }) => /^H\d/.test(code)).map(({ code }) => code);
    expect(numbered).toEqual(Array.from({ length: 42 }, (_, index) => `H${index + 1}`));
  });

  test("name existing versions, and apply to at least one", () => {
    for (const rule of RULES.filter(({ format }) => format === "linux-cr")) {
      const named = rule.outcomes.flatMap(({ from, until }) => [from, until]).filter((name) => name !== undefined);
      for (const name of named) expect(DIALECT_NAMES, rule.code).toContain(name);
      expect(DIALECT_NAMES.some((name) => outcomesFor(rule, name, DIALECT_NAMES).length > 0)).toBe(true);
    }
  });

  test("apply to the versions of their spans", () => {
    const codes = (dialect: string) =>
      RULES.filter((rule) => rule.format === "linux-cr" && outcomesFor(rule, dialect, DIALECT_NAMES).length > 0).map(
        ({ code }) => code,
      );
    expect(codes("seed")).toContain("H17");
    expect(codes("seed")).not.toContain("H18");
    expect(codes("v17")).toContain("H18");
    expect(codes("v17")).not.toContain("H17");
    const h42 = RULES.find(({ code }) => code === "H42");
    const errno = (dialect: string) => h42 && outcomesFor(h42, dialect, DIALECT_NAMES).map((outcome) => outcome.errno);
    expect(errno("v17")).toEqual(["EINVAL"]);
    expect(errno("v18")).toEqual(["EIO"]);
  });

  test("have a title without a full stop, and sentences", () => {
    for (const { title, remedy, target } of RULES) {
      expect(title).not.toMatch(/\.$/);
      for (const text of [remedy, target ?? "A."]) expect(text).toMatch(/\.$/);
    }
  });
});
