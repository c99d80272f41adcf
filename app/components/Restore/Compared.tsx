// Everything that a restore compares with a host, by group: recorded → actual.

import { GROUPS, type Group, type RowState } from "../../checks/host/report.ts";
import type { Checkpoint } from "../../model/checkpoint.ts";
import { shortText } from "../../model/text/text.ts";
import { counted, grouped } from "../../model/text/words.ts";
import type { RestoreResponse, RestoreRow } from "../../worker/protocol.ts";
import { SubjectLink } from "../Checks/NeedsOf.tsx";

/** Rows shown of one group; more are counted. */
const MOST_SHOWN = 300;

const TITLES: Readonly<Record<Group, string>> = {
  machine: "Machine",
  processes: "Processes",
  files: "Files",
  network: "Network",
  terminals: "Terminals",
  locks: "Locks",
  limits: "Limits",
};

const STATES: Readonly<Record<RowState, string>> = {
  refused: "✕ refused",
  different: "≠ different",
  note: "· note",
  same: "as recorded",
  unknown: "unknown",
};

export function Compared({ checkpoint, response }: { checkpoint: Checkpoint; response: RestoreResponse }) {
  const { host, rows, counts } = response;
  return (
    <section aria-label="Compared">
      <h2>{host === null ? "What would be compared" : "What was compared"}</h2>
      {GROUPS.map((group) => {
        const own = rows.filter((row) => row.group === group);
        const total = Object.values(counts[group]).reduce((sum, count) => sum + count, 0);
        if (total === 0) return null;
        const bad = counts[group].refused + counts[group].different;
        return (
          <details key={group} open={bad > 0 || (host === null && total <= 20)}>
            <summary>
              {TITLES[group]} <span className="badge">{grouped(total)}</span>{" "}
              {bad > 0 && <span className="restore-refused">{counted(bad, "difference")}</span>}
            </summary>
            <Rows checkpoint={checkpoint} rows={own} total={total} hasFacts={host !== null} title={TITLES[group]} />
          </details>
        );
      })}
    </section>
  );
}

interface RowsProps {
  readonly checkpoint: Checkpoint;
  readonly rows: readonly RestoreRow[];
  readonly total: number;
  readonly hasFacts: boolean;
  readonly title: string;
}

function Rows({ checkpoint, rows, total, hasFacts, title }: RowsProps) {
  const shown = rows.slice(0, MOST_SHOWN);
  return (
    <>
      <table className="restore-table" aria-label={title}>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Use</th>
            <th scope="col">Recorded{hasFacts && " → actual"}</th>
            {hasFacts && <th scope="col">Verdict</th>}
            <th scope="col">Needed by</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={`${row.what} ${row.use} ${row.pid} ${row.fd} ${row.file}`}>
              <td className="mono restore-what">{shortText(row.what)}</td>
              <td>{row.use}</td>
              <td className="mono">
                {shortText(row.recorded)}
                {hasFacts &&
                  (row.actual === null ? "" : row.actual === row.recorded ? "" : ` → ${shortText(row.actual)}`)}
              </td>
              {hasFacts && <td className={`restore-${row.state}`}>{STATES[row.state]}</td>}
              <td>
                <SubjectLink checkpoint={checkpoint} subject={row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {total > shown.length && <p className="muted">and {grouped(total - shown.length)} more</p>}
    </>
  );
}
