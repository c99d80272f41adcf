// Describes a rule as Markdown: its section of docs/checks.md.

import type { Outcome, Rule } from "./rule.ts";

const WHAT: Record<Outcome["severity"], string> = {
  error: "the restart fails",
  warning: "the restart succeeds with a wrong result",
  note: "no effect on the restart",
};

const span = ({ from, until }: Outcome): string => {
  if (from !== undefined && until !== undefined) return from === until ? from : `${from} to ${until}`;
  if (from !== undefined) return `from ${from} on`;
  return until === undefined ? "every version" : `up to ${until}`;
};

const outcomeWords = (outcome: Outcome): string => {
  const errno = outcome.errno === null ? "" : ` with \`-${outcome.errno}\``;
  const severity = outcome.severity.charAt(0).toUpperCase() + outcome.severity.slice(1);
  return `${severity}: ${WHAT[outcome.severity]}${errno} (${span(outcome)})`;
};

/** The section, with its heading. */
export function ruleSection({ code, title, examines, outcomes, target, remedy }: Rule): string {
  const lines = [
    `### ${code}`,
    "",
    `${title}.`,
    "",
    `- Reads: ${examines}.`,
    ...outcomes.map((outcome) => `- ${outcomeWords(outcome)}.`),
    ...(target === undefined ? [] : [`- Depends on the target: ${target}`]),
    `- What to do: ${remedy}`,
  ];
  return lines.join("\n");
}
