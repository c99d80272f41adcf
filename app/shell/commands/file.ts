// Open, compare with another image, close.

import { inputOfFiles, pickedFiles } from "../inputs.ts";
import { isDecoded, isOpen, reachedLimit, shownDoc } from "../selectors.ts";
import type { Shell } from "../shell.ts";
import { type Command, type CommandContext, inGroup } from "./command.ts";

export function fileCommands({ shell }: CommandContext): Command[] {
  const { store } = shell;
  return inGroup("Open", [
    { id: "open", title: "Open…", key: "o", when: () => true, run: () => pickFiles(shell, false) },
    {
      id: "open-address",
      title: "Open an address…",
      key: "A",
      when: () => shell.network,
      run: () => store.set({ dialog: { kind: "address" } }),
    },
    { id: "compare", title: "Compare with…", key: "O", when: isDecoded, run: () => pickFiles(shell, true) },
    {
      id: "raise-limit",
      title: "Raise the limit and decode again",
      key: "N",
      when: (state) => {
        const doc = shownDoc(state);
        return doc !== null && reachedLimit(doc) !== null;
      },
      run: () => void shell.raiseLimit(store.get().side),
    },
    {
      id: "open-again",
      title: "Open again what was closed or replaced",
      key: "Z",
      when: ({ wasOpen }) => wasOpen !== null,
      run() {
        const { wasOpen } = store.get();
        if (wasOpen !== null) void shell.open(wasOpen.inputs, wasOpen.origin);
      },
    },
    { id: "close", title: "Close", key: "W", when: isOpen, run: () => closeAll(shell) },
    {
      id: "format",
      title: "Format, evidence and facts…",
      key: "D",
      when: isOpen,
      run: () => store.set({ dialog: { kind: "format" } }),
    },
  ]);
}

function closeAll(shell: Shell): void {
  shell.close();
  shell.notify("Closed. Back or Shift+Z opens it again");
}

/** Shows the browser's file picker. */
function pickFiles(shell: Shell, compare: boolean): void {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.onchange = () => shell.receive(inputOfFiles(pickedFiles(input.files ?? [])), compare);
  input.click();
}
