// Tables of resources: show them, copy and save one.

import type { Separator } from "../../export/tables/delimited.ts";
import type { RequestOptions } from "../../worker/client.ts";
import type { DocumentId } from "../../worker/protocol.ts";
import { PLACES } from "../places.ts";
import { plainName } from "../save.ts";
import { isDecoded, isOpen, shownDoc } from "../selectors.ts";
import type { Shell } from "../shell.ts";
import { FIRST_RESOURCE_VIEW, NOTHING_ELSE_SHOWN } from "../state.ts";
import { copy, goTo, messageOf, saveMade } from "./actions.ts";
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
      run: () => void copy(shell, tableToCopy(shell), "the table"),
    },
    {
      id: "save-resource",
      title: "Save table of a resource as CSV",
      key: "e",
      within: PLACES.resources,
      when: (state) => state.resourcesShown && isDecoded(state),
      run: () => void saveTable(shell),
    },
  ]);
}

interface ShownTable {
  readonly document: DocumentId;
  readonly resource: string;
}

/** The table that is shown; `null` if there is none, after saying why, or if making it was cancelled. */
async function tableToCopy(shell: Shell): Promise<string | null> {
  try {
    const table = await shownTable(shell);
    if (table === null) return null;
    const content = await shell.saving.begin("the table", (options) => tableText(shell, table, "\t", options));
    return content && (await content.text());
  } catch (error) {
    shell.notify(`Could not export the table: ${messageOf(error)}`);
    return null;
  }
}

async function saveTable(shell: Shell): Promise<void> {
  try {
    const table = await shownTable(shell);
    if (table === null) return;
    const name = plainName(shownDoc(shell.store.get())?.input.name ?? "");
    await saveMade(shell, `${name}.${table.resource}.csv`, (options) => tableText(shell, table, ",", options));
  } catch (error) {
    shell.notify(`Could not export the table: ${messageOf(error)}`);
  }
}

/** The table that is shown; `null` if there is none. */
async function shownTable({ client, store }: Shell): Promise<ShownTable | null> {
  const { resource: chosen, compared } = store.get();
  const document = shownDoc(store.get())?.document ?? null;
  if (document === null) return null;
  // Loaded when it is needed, because the page does not need it to start.
  const { resourceShown } = await import("../tables/resources.ts");
  const tables = await client.request("resources", { document });
  const resource = resourceShown(chosen, tables, compared?.comparison ?? null);
  return tables[resource] === undefined ? null : { document, resource };
}

/** Its rows, filtered and sorted as shown. */
async function tableText(
  { client, store }: Shell,
  table: ShownTable,
  separator: Separator,
  options: RequestOptions,
): Promise<Blob> {
  const { orderOfResource } = await import("../tables/resources.ts");
  const view = store.get().resourceViews[table.resource] ?? FIRST_RESOURCE_VIEW;
  return client.request("resourceTable", { ...table, order: orderOfResource(view), separator }, options);
}
