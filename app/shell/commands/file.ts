// Open, compare with another image, close.

import { inputOfFiles, pickedFiles } from "../opening/inputs.ts";
import { isDecoded, isOpen, isPair, reachedLimit, shownDoc } from "../selectors.ts";
import type { Shell } from "../shell.ts";
import type { Input } from "../state.ts";
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
      title: "Reopen what was closed or replaced",
      key: "<",
      when: ({ wasOpen }) => wasOpen !== null,
      run() {
        const { wasOpen } = store.get();
        if (wasOpen !== null) void shell.open(wasOpen.inputs, wasOpen.origin);
      },
    },
    {
      id: "replace-side",
      title: "Replace the shown image of two…",
      key: "r",
      when: isPair,
      run: () => chooseFiles((input) => input && shell.replace(store.get().side, input)),
    },
    {
      id: "close-side",
      title: "Close the shown image of two",
      key: "]",
      when: isPair,
      run: () => shell.closeSide(store.get().side),
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
  shell.notify("Closed. Press Back or < to reopen it");
}

const pickFiles = (shell: Shell, compare: boolean): void => chooseFiles((input) => void shell.receive(input, compare));

/** Shows the browser's file picker. */
function chooseFiles(onChoice: (input: Input | null) => void): void {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.onchange = () => onChoice(inputOfFiles(pickedFiles(input.files ?? [])));
  input.click();
}
