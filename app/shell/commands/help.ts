// The palette and the help.

import { type Command, type CommandContext, inGroup } from "./command.ts";

export function helpCommands({ shell: { store } }: CommandContext): Command[] {
  return inGroup("Help", [
    {
      id: "palette",
      title: "All commands…",
      key: "mod+k",
      when: () => true,
      run: () => store.set({ dialog: { kind: "palette" } }),
    },
    {
      id: "help",
      title: "Keys and filters",
      key: "?",
      when: () => true,
      run: () => store.set({ dialog: { kind: "help" } }),
    },
  ]);
}
