// Describes rules as Markdown: the sections of docs/checks.md.

import type { Outcome, Rule } from "./rule.ts";

const WHAT: Record<Outcome["severity"], string> = {
  error: "the restart fails",
  warning: "the restart succeeds with a wrong result",
  note: "no effect on the restart",
};

const WHAT_OF_DUMP: Record<Outcome["severity"], string> = {
  error: "CRIU refuses the dump",
  warning: "CRIU dumps it wrongly",
  note: "CRIU dumps it; it is not the same after a restore",
};

const span = ({ from, until }: Outcome): string => {
  if (from !== undefined && until !== undefined) return from === until ? from : `${from} to ${until}`;
  if (from !== undefined) return `from ${from} on`;
  return until === undefined ? "every version" : `up to ${until}`;
};

const outcomeWords = (outcome: Outcome, step: Rule["step"]): string => {
  const errno = outcome.errno === null ? "" : ` with \`-${outcome.errno}\``;
  const severity = outcome.severity.charAt(0).toUpperCase() + outcome.severity.slice(1);
  if (step === "dump") return `${severity}: ${WHAT_OF_DUMP[outcome.severity]}`;
  return `${severity}: ${WHAT[outcome.severity]}${errno} (${span(outcome)})`;
};

/** The section, with its heading. */
export function ruleSection({ code, title, examines, outcomes, target, remedy, step, options, source }: Rule): string {
  const lines = [
    `### ${code}`,
    "",
    `${title}.`,
    "",
    `- Reads: ${examines}.`,
    ...outcomes.map((outcome) => `- ${outcomeWords(outcome, step)}.`),
    ...(target === undefined ? [] : [`- Depends on the target: ${target}`]),
    ...(options === undefined ? [] : [`- Accepted with: ${options.map((option) => `\`${option}\``).join(" or ")}.`]),
    `- What to do: ${remedy}`,
    ...(source === undefined ? [] : [`- Decided by: ${source}.`]),
  ];
  return lines.join("\n");
}

/**
 * docs/checks.md with the sections of these rules. Everything before the first section of a part (`## …`) is kept. A
 * rule without a section gets one in the part of the rule before it.
 */
export function checksPage(page: string, rules: readonly Rule[]): string {
  const [introduction = "", ...texts] = page.split(/^(?=## )/m);
  const parts = texts.map((text) => ({
    introduction: text.split(/^### /m)[0] ?? "",
    codes: new Set(Array.from(text.matchAll(/^### (.*)$/gm), ([, code]) => code)),
    sections: [] as string[],
  }));
  let at = 0;
  for (const rule of rules) {
    if (!parts[at]?.codes.has(rule.code) && parts[at + 1]?.codes.has(rule.code)) at++;
    parts[at]?.sections.push(ruleSection(rule));
  }
  const whole = [introduction, ...parts.flatMap((part) => [part.introduction, ...part.sections])];
  return `${whole.map((text) => text.trimEnd()).join("\n\n")}\n`;
}
