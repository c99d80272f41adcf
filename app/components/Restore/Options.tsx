// The command that restores the image: its options and privileges, each with a reason.

import type { NeededOption } from "../../checks/needs.ts";
import type { Checkpoint } from "../../model/checkpoint.ts";
import { shortText } from "../../model/text/text.ts";
import { grouped } from "../../model/text/words.ts";
import type { RestoreResponse } from "../../worker/protocol.ts";
import { SubjectLink } from "../Checks/NeedsOf.tsx";
import { Wrapped } from "../Wrapped.tsx";

/** Reasons listed for one option; more are counted. */
const MOST_REASONS = 5;

export function Options({ checkpoint, response }: { checkpoint: Checkpoint; response: RestoreResponse }) {
  const { command, options, privileges } = response;
  if (command === null) return null;
  const byOption = new Map<string, NeededOption[]>();
  for (const need of options) byOption.set(need.option, [...(byOption.get(need.option) ?? []), need]);
  return (
    <section aria-label="Command">
      <h2>Command</h2>
      <p className="mono restore-command">{shortText(command)}</p>
      <ul className="restore-list">
        {[...byOption].map(([option, needs]) => (
          <li key={option}>
            <span className="mono">{shortText(option)}</span>{" "}
            {needs.slice(0, MOST_REASONS).map((need) => (
              <span key={`${need.pid} ${need.fd} ${need.reason}`} className="restore-reason">
                <span className="muted">
                  <Wrapped text={shortText(need.reason)} />
                </span>{" "}
                <SubjectLink checkpoint={checkpoint} subject={need} />
              </span>
            ))}
            {needs.length > MOST_REASONS && (
              <span className="muted">and {grouped(needs.length - MOST_REASONS)} more</span>
            )}
          </li>
        ))}
        {privileges.map(({ capability, reason, held }) => (
          <li key={capability}>
            <span className="mono">{capability}</span>{" "}
            <span className="muted">
              <Wrapped text={reason} />
            </span>{" "}
            {held !== null && (
              <span className={held ? "muted" : "restore-different"}>
                {held ? "· held when the facts were made" : "≠ not held when the facts were made"}
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
