// A checkbox for each kind of change that occurs, with the number of changes.

import { CHANGE_KINDS, CHANGE_TITLES, type ChangeKind } from "../../diff/changes.ts";
import { grouped } from "../../model/text/words.ts";
import { useApp, usePage } from "../context.ts";

export function Kinds({ counts }: { counts: Readonly<Record<ChangeKind, number>> }) {
  const { shell } = usePage();
  const off = useApp((state) => state.off);
  return (
    <fieldset className="kinds">
      <legend className="visually-hidden">Kinds of change</legend>
      {CHANGE_KINDS.filter((kind) => counts[kind] > 0).map((kind) => (
        <label key={kind} className={off.includes(kind) ? "kind muted" : "kind"}>
          <input type="checkbox" checked={!off.includes(kind)} onChange={() => shell.switchKind(kind)} />
          {CHANGE_TITLES[kind]} <span className="kind-count">{grouped(counts[kind])}</span>
        </label>
      ))}
    </fieldset>
  );
}
