// Links to the current view.

import { keyLabel } from "../keys.ts";
import { rememberLink } from "../opening/hosted.ts";
import { reachNote } from "../opening/reach.ts";
import { areAllDecoded, isOpen } from "../selectors.ts";
import { copy } from "./actions.ts";
import { type Command, type CommandContext, inGroup } from "./command.ts";

/** The key for a link with the image inside. */
const INSIDE = "U";

export function linkCommands({ shell }: CommandContext): Command[] {
  const { store } = shell;
  return inGroup("Copy and save", [
    {
      id: "copy-link",
      title: "Copy link to this view",
      key: "u",
      when: isOpen,
      async run() {
        if (store.get().origin === null) {
          return shell.notify(
            `Local files have no address: press ${keyLabel(INSIDE, false)} for a link with the image inside`,
          );
        }
        const address = shell.address();
        await copy(shell, address, `the link${reachNote(address, store.get().origin)}`);
        await rememberLink(store.get().origin);
      },
    },
    {
      id: "copy-link-inside",
      title: "Copy link with the image inside…",
      key: INSIDE,
      when: areAllDecoded,
      run: () => store.set({ dialog: { kind: "share", into: "link" } }),
    },
  ]);
}
