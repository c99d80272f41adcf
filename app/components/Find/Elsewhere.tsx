// Where else to search for what Find does not search: tables of resources with matches, and memory.

import { useEffect, useState } from "react";
import { grouped } from "../../model/text/words.ts";
import { RESOURCES } from "../../resources/resources.ts";
import type { Doc } from "../../shell/state.ts";
import { useCommand, usePage } from "../context.ts";
import { closeDialog } from "../Dialogs/close.ts";

/** Milliseconds without typing before the worker searches the tables. */
const DEBOUNCE = 250;

interface Place {
  readonly name: string;
  readonly title: string;
  readonly count: number;
}

export function Elsewhere({ doc: { document }, query }: { readonly doc: Doc; readonly query: string }) {
  const { shell } = usePage();
  const showResources = useCommand("resources");
  const searchMemory = useCommand("search-memory");
  const places = useTables(document, query);
  if (document === null) return null;
  const show = ({ name }: Place) => {
    closeDialog(shell);
    shell.setResource(name, { filter: query });
    // With two images, the table of changed rows has no filter.
    shell.store.set({ resource: name, onlyChanges: false });
    showResources.run();
  };
  return (
    <p className="elsewhere">
      {places.map((place) => (
        <button key={place.name} type="button" onClick={() => show(place)}>
          {place.title} <span className="badge">{grouped(place.count)}</span>
        </button>
      ))}
      <button
        type="button"
        title={searchMemory.title}
        onClick={() => {
          closeDialog(shell);
          shell.store.set({ memoryText: query });
          searchMemory.run();
        }}
      >
        Search memory for “{query}”
      </button>
    </p>
  );
}

/** The tables of resources with rows that match, as their filter would. */
function useTables(document: Doc["document"], query: string): readonly Place[] {
  const { shell } = usePage();
  const [found, setFound] = useState<{ readonly query: string; readonly places: readonly Place[] } | null>(null);
  useEffect(() => {
    if (document === null) return;
    const control = new AbortController();
    const { signal } = control;
    const search = async (): Promise<void> => {
      const order = { filter: query, column: null, descending: false };
      const places: Place[] = [];
      for (const { name, title } of RESOURCES) {
        const rows = await shell.client.request("orderResource", { document, resource: name, order }, { signal });
        if (signal.aborted) return;
        if (rows.length > 0) places.push({ name, title, count: rows.length });
      }
      setFound({ query, places });
    };
    // If the tables cannot be read, none are offered; the tables themselves say why.
    const timer = setTimeout(() => search().catch(() => {}), DEBOUNCE);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [document, query, shell]);
  return found?.query === query ? found.places : [];
}
