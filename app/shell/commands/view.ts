// Find, go to a panel, show or hide one.

import { PLACES } from "../places.ts";
import { isOpen, tablesContent } from "../selectors.ts";
import { NOTHING_ELSE_SHOWN } from "../state.ts";
import { goTo } from "./actions.ts";
import { type Command, type CommandContext, inGroup } from "./command.ts";

/** Element with the focus for each content of the tables panel. */
const TABLES_PLACES = {
  resources: PLACES.resources,
  restore: PLACES.restore,
  bytes: PLACES.bytes,
  memory: PLACES.memory,
  sideBySide: PLACES.aligned,
  listing: PLACES.tables,
} as const;

export function viewCommands({ shell }: CommandContext): Command[] {
  const { store } = shell;
  return inGroup("View", [
    { id: "find", title: "Find…", key: "/", when: isOpen, run: () => store.set({ dialog: { kind: "find" } }) },
    {
      id: "go-tree",
      title: "Go to tasks",
      key: "t",
      when: isOpen,
      run() {
        store.set({ left: "tasks" });
        goTo(shell, "tree", PLACES.tree);
      },
    },
    {
      id: "go-tables",
      title: "Go to tables",
      key: "l",
      when: isOpen,
      run: () => goTo(shell, "tables", TABLES_PLACES[tablesContent(store.get())]),
    },
    {
      id: "go-inspector",
      title: "Go to inspector or overview",
      key: "i",
      when: isOpen,
      run() {
        const { selection, change, docs } = store.get();
        if (selection === null && change === null && docs.length > 1) shell.notify("Nothing is selected to inspect");
        else goTo(shell, "inspector", PLACES.inspector);
      },
    },
    {
      id: "memory",
      title: "Show memory",
      key: "B",
      when: isOpen,
      run() {
        store.set({ ...NOTHING_ELSE_SHOWN, memoryShown: true });
        goTo(shell, "tables", PLACES.memory);
      },
    },
    {
      id: "search-memory",
      title: "Search memory",
      key: "Z",
      when: isOpen,
      run() {
        store.set({ ...NOTHING_ELSE_SHOWN, memoryShown: true });
        goTo(shell, "tables", PLACES.searchMemory);
      },
    },
    {
      id: "save-memory",
      title: "Save a range of memory",
      key: ".",
      when: isOpen,
      run() {
        store.set({ ...NOTHING_ELSE_SHOWN, memoryShown: true });
        goTo(shell, "tables", PLACES.saveMemory);
      },
    },
    {
      id: "toggle-tree",
      title: "Toggle tasks and changes",
      key: "T",
      when: isOpen,
      run: () => store.set(({ treeShown }) => ({ treeShown: !treeShown })),
    },
    {
      id: "toggle-tables",
      title: "Toggle tables",
      key: "L",
      when: isOpen,
      run: () => store.set(({ tablesShown }) => ({ tablesShown: !tablesShown })),
    },
    {
      id: "full-width",
      title: "Tables or side by side at full width",
      key: "=",
      when: isOpen,
      run: () =>
        store.set(({ drawingShown }) => ({
          drawingShown: !drawingShown,
          treeShown: !drawingShown,
          tablesShown: true,
          panel: "tables",
        })),
    },
    {
      id: "toggle-inspector",
      title: "Toggle inspector and overview",
      key: "I",
      when: isOpen,
      run: () => store.set(({ inspectorShown }) => ({ inspectorShown: !inspectorShown })),
    },
  ]);
}
