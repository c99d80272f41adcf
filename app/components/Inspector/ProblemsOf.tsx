// The problems that lie within the selection's records.

import type { Checkpoint, Problem } from "../../model/checkpoint.ts";
import { recordLength, recordMember, recordOffset } from "../../model/records.ts";
import type { RecordRow } from "../../model/rows.ts";
import { stillVisible } from "../../model/text/text.ts";
import { STEP } from "./links.tsx";
import { Section } from "./Section.tsx";

export function ProblemsOf({ checkpoint, records }: { checkpoint: Checkpoint; records: readonly RecordRow[] }) {
  const found = checkpoint.problems.filter((problem) =>
    records.some((record) => isWithin(checkpoint, problem, record)),
  );
  if (found.length === 0) return null;
  return (
    <Section title="Problems" note={String(found.length)}>
      <ul>
        {found.slice(0, STEP).map(({ severity, message, offset, code }) => (
          <li key={`${code}-${offset}-${message}`}>
            <span className={`severity-${severity}`}>{severity}</span> {stillVisible(message)}{" "}
            <span className="mono muted">at {offset}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function isWithin({ records }: Checkpoint, { offset, member }: Problem, record: RecordRow): boolean {
  if (offset === null || recordMember(records, record) !== (member ?? 0)) return false;
  const start = recordOffset(records, record);
  return offset >= start && offset < start + recordLength(records, record);
}
