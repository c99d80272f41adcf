// The byte view: go to an offset, find, copy. Most of these keys count only while the byte view has the focus.

import { counted, grouped } from "../../model/text/words.ts";
import { type ByteForm, bytesText } from "../bytes/text.ts";
import { PLACES } from "../places.ts";
import { isDecoded, isOpen, shownDoc } from "../selectors.ts";
import type { Shell } from "../shell.ts";
import { NOTHING_ELSE_SHOWN, type State } from "../state.ts";
import { copy, goTo, messageOf } from "./actions.ts";
import { type Command, type CommandContext, inGroup } from "./command.ts";

/** Also the limit of the worker's response. */
const MAX_COPIED_BYTES = 1024 * 1024;

export function bytesCommands({ shell, bytes }: CommandContext): Command[] {
  const { store } = shell;
  /** For commands of the byte view itself. */
  const inBytes = { within: PLACES.bytes, when: (state: State) => state.bytesShown && isDecoded(state) };
  return inGroup("Bytes", [
    {
      id: "bytes",
      title: "Show bytes",
      key: "b",
      when: isOpen,
      run() {
        store.set({ ...NOTHING_ELSE_SHOWN, bytesShown: true });
        goTo(shell, "tables", PLACES.bytes);
      },
    },
    {
      ...inBytes,
      id: "go-offset",
      title: "Go to offset…",
      key: "g",
      run: () => store.set({ dialog: { kind: "offset" } }),
    },
    {
      ...inBytes,
      id: "find-bytes",
      title: "Find bytes or text",
      key: "f",
      run: () => bytes.current?.focusFind(),
    },
    { ...inBytes, id: "next-bytes", title: "Next match", key: "n", run: () => bytes.current?.step(1) },
    { ...inBytes, id: "previous-bytes", title: "Previous match", key: "p", run: () => bytes.current?.step(-1) },
    {
      ...inBytes,
      id: "copy-bytes-hex",
      title: "Copy bytes as hex",
      key: "mod+c",
      run: () => void copyBytes(shell, "hex"),
    },
    {
      ...inBytes,
      id: "copy-bytes-c",
      title: "Copy bytes as a C array",
      key: "c",
      run: () => void copyBytes(shell, "c"),
    },
    {
      ...inBytes,
      id: "copy-bytes-base64",
      title: "Copy bytes as Base64",
      key: "y",
      run: () => void copyBytes(shell, "base64"),
    },
  ]);
}

/** Copies the selected bytes. */
async function copyBytes(shell: Shell, form: ByteForm): Promise<void> {
  const state = shell.store.get();
  const document = shownDoc(state)?.document ?? null;
  if (state.bytes === null || document === null) return;
  const { member, anchor, at } = state.bytes;
  const offset = Math.min(anchor, at);
  const length = Math.abs(anchor - at) + 1;
  if (length > MAX_COPIED_BYTES) {
    const limit = `Select at most ${grouped(MAX_COPIED_BYTES)}.`;
    return shell.notify(`Could not copy ${counted(length, "byte")}: too many. ${limit}`);
  }
  try {
    const found = await shell.client.request("bytes", { document, member, offset, length });
    await copy(shell, bytesText(found, form), counted(found.length, "byte"));
  } catch (error) {
    shell.notify(`Could not read the bytes: ${messageOf(error)}`);
  }
}
