// Tables of resources: show them, copy and save one.

import type { ResourceTable } from "../../resources/table.ts";
import { PLACES } from "../places.ts";
import { plainName, saveFile } from "../save.ts";
import { isDecoded, isOpen, shownDoc } from "../selectors.ts";
import type { Shell } from "../shell.ts";
import { FIRST_RESOURCE_VIEW, NOTHING_ELSE_SHOWN } from "../state.ts";
import { copy, goTo, messageOf } from "./actions.ts";
import { type Command, type CommandContext, inGroup } from "./command.ts";

export function resourceCommands({ shell }: CommandContext): Command[] {
  const { store } = shell;
  return inGroup("Tables", [
    {
      id: "resources",
      title: "Show mappings, credentials, sockets and other resources",
      key: "7",
      when: isOpen,
      run() {
        store.set({ ...NOTHING_ELSE_SHOWN, resourcesShown: true });
        goTo(shell, "tables", PLACES.resources);
      },
    },
    {
      id: "copy-resource",
      title: "Copy table of a resource (tab-separated)",
      key: "Y",
      within: PLACES.resources,
      when: (state) => state.resourcesShown && isDecoded(state),
      run: () => void withText(shell, "\t", async (text) => copy(shell, text, "the table")),
    },
    {
      id: "save-resource",
      title: "Save table of a resource as CSV",
      key: "e",
      within: PLACES.resources,
      when: (state) => state.resourcesShown && isDecoded(state),
      run: () =>
        void withText(shell, ",", async (text) => {
          const name = plainName(shownDoc(store.get())?.input.name ?? "");
          saveFile(`${name}.${store.get().resource}.csv`, new Blob([text], { type: "text/csv" }));
        }),
    },
  ]);
}

/** Calls `use` with the shown table as text, its rows filtered and sorted as shown. */
async function withText(
  { client, store, notify }: Shell,
  separator: "," | "\t",
  use: (text: string) => Promise<unknown>,
): Promise<void> {
  const { resource: chosen, resourceViews, compared } = store.get();
  const doc = shownDoc(store.get());
  if (doc === null || doc.document === null) return;
  try {
    // Loaded when needed, because the page needs neither to start.
    const [{ resourceTable }, { resourceRows, resourceShown }] = await Promise.all([
      import("../../export/resources.ts"),
      import("../resources.ts"),
    ]);
    const tables = await client.request("resources", { document: doc.document });
    const resource = resourceShown(chosen, tables, compared?.comparison ?? null);
    const table: ResourceTable | undefined = tables[resource];
    if (table === undefined) return;
    const rows = await resourceRows(client, doc, table, resourceViews[resource] ?? FIRST_RESOURCE_VIEW);
    await use([...resourceTable(table, separator, undefined, rows)].join(""));
  } catch (error) {
    notify(`Could not export the table: ${messageOf(error)}`);
  }
}
