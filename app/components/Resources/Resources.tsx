// Everything else that an image holds: a tab for each table, its filter and its rows; for two images, the rows that
// differ with their values before and after.

import { type KeyboardEvent, useMemo, useRef } from "react";
import { onSide } from "../../model/comparison/side.ts";
import { grouped } from "../../model/text/words.ts";
import { RESOURCES, resourceNamed } from "../../resources/resources.ts";
import type { Resources as Tables } from "../../resources/table.ts";
import { type Compared, type Doc, FIRST_RESOURCE_VIEW } from "../../shell/state.ts";
import { resourceShown } from "../../shell/tables/resources.ts";
import { useApp, usePage } from "../context.ts";
import { useResponse } from "../Inspector/useResponse.ts";
import { OnlyChanges } from "../OnlyChanges.tsx";
import { ChangedRows, changedRowsOf } from "./ChangedRows.tsx";
import { ResourceTab } from "./ResourceTab.tsx";
import "./Resources.css";

export function Resources({ doc }: { doc: Doc }) {
  const { document } = doc;
  const compared = useApp((state) => state.compared);
  const side = useApp((state) => state.side);
  const own = compared?.comparison.resources ?? null;
  const tables = own === null ? null : onSide([own.before, own.after], side);
  return (
    <div id="tables-panel" role="tabpanel" aria-labelledby="tab-resources" className="tables-panel">
      {tables != null ? (
        <Listed doc={doc} tables={tables} compared={compared} />
      ) : document === null ? (
        <p className="tables-empty">The image is still being decoded.</p>
      ) : (
        <Read key={document} doc={doc} document={document} />
      )}
    </div>
  );
}

function Read({ doc, document }: { doc: Doc; document: number }) {
  const answered = useResponse("resources", { document });
  if (answered.state === "waiting") return <p className="tables-empty muted">Reading…</p>;
  if (answered.state === "failed") return <p className="tables-empty">{answered.message}</p>;
  return <Listed doc={doc} tables={answered.response} compared={null} />;
}

interface Props {
  readonly doc: Doc;
  readonly tables: Tables;
  readonly compared: Compared | null;
}

function Listed({ doc, tables, compared }: Props) {
  const chosen = useApp((state) => state.resource);
  const comparison = compared?.comparison ?? null;
  const name = useMemo(() => resourceShown(chosen, tables, comparison), [chosen, tables, comparison]);
  const view = useApp((state) => state.resourceViews[name] ?? FIRST_RESOURCE_VIEW);
  const onlyChanges = useApp((state) => state.onlyChanges);
  const table = tables[name];
  const spec = resourceNamed(name);
  return (
    <>
      <Names tables={tables} compared={compared} name={name} />
      <div className="resource-about">
        <span className="muted">{spec.meaning.replaceAll("`", "")}</span>
        {compared !== null && <OnlyChanges />}
      </div>
      {table === undefined ? null : compared !== null && onlyChanges ? (
        <ChangedRows key={name} comparison={compared.comparison} spec={spec} />
      ) : (
        <ResourceTab key={name} doc={doc} table={table} spec={spec} view={view} />
      )}
    </>
  );
}

/** A tab for each resource, with the number of its rows; for two images, the number that differ. */
function Names({ tables, compared, name }: Omit<Props, "doc"> & { readonly name: string }) {
  const { shell } = usePage();
  const list = useRef<HTMLDivElement>(null);
  const names = RESOURCES.map((spec) => spec.name);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const next = names[(names.indexOf(name) + step + names.length) % names.length];
    if (step === 0 || next === undefined) return;
    event.preventDefault();
    shell.store.set({ resource: next });
    list.current?.querySelector<HTMLElement>(`#resource-${next}`)?.focus();
  };
  return (
    <div
      ref={list}
      role="tablist"
      aria-label="Resources"
      className="resource-names"
      tabIndex={-1}
      onKeyDown={onKeyDown}
    >
      {RESOURCES.map((spec) => {
        const changed = compared === null ? 0 : changedRowsOf(compared.comparison, spec).length;
        const count = tables[spec.name]?.count ?? 0;
        return (
          <button
            key={spec.name}
            id={`resource-${spec.name}`}
            type="button"
            role="tab"
            className={count === 0 && changed === 0 ? "plain resource-name muted" : "plain resource-name"}
            aria-selected={spec.name === name}
            tabIndex={spec.name === name ? 0 : -1}
            title={spec.meaning.replaceAll("`", "")}
            onClick={() => shell.store.set({ resource: spec.name })}
          >
            {spec.title} <span className="badge">{grouped(count)}</span>
            {changed > 0 && <span className="resource-changed"> ~{grouped(changed)}</span>}
          </button>
        );
      })}
    </div>
  );
}
