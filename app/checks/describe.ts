// Describes a rule as Markdown: its section of docs/checks.md.

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
