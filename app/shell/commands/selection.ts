// The selection: clear it, copy it.

import { sentence } from "../objects/describe.ts";
import { shownDoc } from "../selectors.ts";
import { copy } from "./actions.ts";
import { type Command, type CommandContext, inGroup } from "./command.ts";

export function selectionCommands({ shell }: CommandContext): Command[] {
  const { store } = shell;
  return inGroup("Selection", [
    {
      id: "cancel",
      title: "Cancel / clear selection",
      key: "Escape",
      when: ({ opening, saving, selection }) => opening !== null || saving !== null || selection !== null,
      run() {
        if (store.get().opening) shell.cancel();
        else if (!shell.saving.cancel()) shell.select(null);
      },
    },
    {
      id: "copy",
      title: "Copy selection as text",
      key: "y",
      when: (state) => shownDoc(state) !== null && state.selection !== null,
      run() {
        const doc = shownDoc(store.get());
        const { selection } = store.get();
        if (doc && selection) void copy(shell, sentence(doc.checkpoint, selection), "the selection");
      },
    },
  ]);
}
