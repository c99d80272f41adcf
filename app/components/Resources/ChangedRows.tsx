// The rows of a resource that differ between two images: rows added, rows removed, and each value before and after.

import { isOfResources } from "../../diff/changes.ts";
import type { Comparison } from "../../diff/comparison.ts";
import { kindAt } from "../../diff/comparison.ts";
import { resourceAt } from "../../diff/describe/resource-at.ts";
import { resourceColumn, resourceValue } from "../../diff/resource-changes.ts";
import { NONE } from "../../model/checkpoint.ts";
import { counted } from "../../model/text/words.ts";
import type { ColumnSpec, ResourceSpec } from "../../resources/resource.ts";
import { changedText, shownCell } from "../../resources/words-of.ts";
import { PLACES } from "../../shell/places.ts";
import { useApp, usePage } from "../context.ts";
import { Sign } from "../Sign.tsx";
import { isRight } from "./columns.ts";

/** A row that differs, with the first change that is about it. */
interface ChangedRow {
  readonly before: number;
  readonly after: number;
  readonly change: number;
  readonly isSecurity: boolean;
  /** The columns that differ. */
  readonly columns: Set<ColumnSpec | null>;
}

const known = new WeakMap<Comparison, ReadonlyMap<string, readonly ChangedRow[]>>();

/** The rows of a resource that differ; those that matter for security come first. */
export function changedRowsOf(comparison: Comparison, { name }: ResourceSpec): readonly ChangedRow[] {
  let rows = known.get(comparison);
  if (rows === undefined) {
    rows = changedRows(comparison);
    known.set(comparison, rows);
  }
  return rows.get(name) ?? [];
}

function changedRows(comparison: Comparison): ReadonlyMap<string, readonly ChangedRow[]> {
  const found = new Map<string, Map<string, ChangedRow>>();
  for (let index = 0; index < comparison.changes.count; index++) {
    if (!isOfResources(kindAt(comparison, index))) continue;
    const { spec, before, after, column, isSecurity } = resourceAt(comparison, index).change;
    const own = found.get(spec.name) ?? new Map<string, ChangedRow>();
    found.set(spec.name, own);
    const key = `${before} ${after}`;
    const row = own.get(key) ?? { before, after, change: index, isSecurity, columns: new Set() };
    own.set(key, row);
    row.columns.add(column);
  }
  return new Map(Array.from(found, ([name, rows]) => [name, [...rows.values()]]));
}

/** More rows are counted: the list of changes has them all. */
const MOST_ROWS = 500;

export function ChangedRows({ comparison, spec }: { comparison: Comparison; spec: ResourceSpec }) {
  const { shell } = usePage();
  const selected = useApp((state) => state.change);
  const rows = changedRowsOf(comparison, spec);
  const listed = rows.slice(0, MOST_ROWS);
  const columns = usedColumns(comparison, spec, listed);
  const { resources } = comparison;
  if (rows.length === 0 || resources === null) {
    return (
      <p className="tables-empty">
        {spec.compared === "nothing" ? "Changes of this table are not reported here." : "No changes."}
      </p>
    );
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region takes the keyboard
    <section id={PLACES.resources} className="resource-changes" aria-label={`Changes of ${spec.title}`} tabIndex={0}>
      <table className="mono">
        <thead>
          <tr>
            <th>
              <span className="visually-hidden">change</span>
            </th>
            {columns.map((column) => (
              <th key={column.name} title={column.meaning} className={isRight(column) ? "cell-number" : undefined}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {listed.map(({ before, after, change, isSecurity, columns: changed }) => (
            <tr
              key={`${before} ${after}`}
              className={change === selected ? "row-selected" : undefined}
              onClick={() => shell.selectChange(change)}
            >
              <td>
                <Sign sign={before === NONE ? "+" : after === NONE ? "-" : "~"} />
                {isSecurity && <span title="matters for security"> !</span>}
              </td>
              {columns.map((column) => (
                <Cell
                  key={column.name}
                  column={column}
                  isCompared={column.notCompared === undefined}
                  isChanged={changed.has(column)}
                  before={
                    before === NONE ? null : shownCell(column, resourceColumn(resources.before, spec, column), before)
                  }
                  after={
                    after === NONE ? null : shownCell(column, resourceColumn(resources.after, spec, column), after)
                  }
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > listed.length && (
        <p className="muted">{counted(rows.length - listed.length, "further row")} in the list of changes.</p>
      )}
    </section>
  );
}

interface CellProps {
  readonly column: ColumnSpec;
  /** Whether any difference is a change, and not just another address or number. */
  readonly isCompared: boolean;
  /** Whether a change of the column was reported. */
  readonly isChanged: boolean;
  readonly before: string | null;
  readonly after: string | null;
}

function Cell({ column, isCompared, isChanged, before, after }: CellProps) {
  const className = isRight(column) ? "cell-number" : undefined;
  if (before === null || after === null || (before === after && !isChanged)) {
    return <td className={className}>{after ?? before}</td>;
  }
  if (!isCompared && !isChanged) return <td className={`${className ?? ""} muted`}>{after}</td>;
  return (
    <td className={`${className ?? ""} resource-value-changed`}>
      {before || "none"} → {changedText(column, before, after) || "none"}
    </td>
  );
}

/** Columns that have a value in one of the rows. */
function usedColumns(
  { resources }: Comparison,
  spec: ResourceSpec,
  rows: readonly ChangedRow[],
): readonly ColumnSpec[] {
  if (resources === null) return [];
  return spec.columns.filter(
    ({ name, minor }) =>
      minor !== true &&
      rows.some(
        ({ before, after }) =>
          resourceValue(resources.before, spec, before, name) !== null ||
          resourceValue(resources.after, spec, after, name) !== null,
      ),
  );
}
