// A rule as Markdown: the section of docs/checks.md that explains it.

import type { Outcome, Rule } from "./rule.ts";

const WHAT: Record<Outcome["severity"], string> = {
  error: "the restart is refused",
  warning: "the restart goes on with a wrong result",
  note: "nothing changes",
};

const span = ({ from, until }: Outcome): string => {
  if (from !== undefined && until !== undefined) return from === until ? from : `${from} to ${until}`;
  if (from !== undefined) return `from ${from} on`;
  return until === undefined ? "every version" : `up to ${until}`;
};

const outcomeWords = (outcome: Outcome): string => {
  const errno = outcome.errno === null ? "" : ` with \`-${outcome.errno}\``;
  return `${outcome.severity}: ${WHAT[outcome.severity]}${errno} (${span(outcome)})`;
};

/** The section, beginning with its heading. */
export function ruleSection({ code, title, examines, outcomes, target, remedy }: Rule): string {
  const lines = [
    `### ${code}`,
    "",
    title,
    "",
    `- Looks at: ${examines}.`,
    ...outcomes.map((outcome) => `- If not, ${outcomeWords(outcome)}.`),
    ...(target === undefined ? [] : [`- The image alone does not tell: ${target}`]),
    `- What to do: ${remedy}`,
  ];
  return lines.join("\n");
}
