// Images packed into a link or a report: made from what is open, and opened.

import { fillReport } from "../export/report.ts";
import { fromLinkText, LINK_UNPACKED, unbundle } from "../link/bundle.ts";
import { createMask, type LeaveOut } from "../link/leave-out.ts";
import { packedName } from "../link/pack.ts";
import { HAS, nameBytes } from "../model/checkpoint.ts";
import { visibleText } from "../model/text.ts";
import type { Shell } from "./shell.ts";
import type { Docs, Input } from "./state.ts";

/** What is open as one compressed piece (bundle.ts). Rejects while it still decodes. */
export function packDocs({ client, store }: Shell, leaveOut: LeaveOut): Promise<Uint8Array<ArrayBuffer>> {
  const { docs } = store.get();
  const documents = docs.flatMap(({ document }) => (document === null ? [] : [document]));
  const plain = docs.length === 2 ? ["before", "after"] : ["image"];
  const names = docs.map(({ input: { name } }, at) => {
    if (leaveOut === "names") return plain[at] ?? "";
    return leaveOut === "directories" ? name.slice(name.lastIndexOf("/") + 1) : name;
  });
  return client.request("pack", { documents, names, leaveOut });
}

/** The first few paths of what is open, as a packed image tells them. */
export function examplePaths([doc]: Docs, leaveOut: LeaveOut): readonly string[] {
  if (doc === undefined) return [];
  const { files } = doc.checkpoint;
  const mask = createMask(leaveOut);
  const found: string[] = [];
  for (let file = 0; file < files.count && found.length < MOST_EXAMPLES; file++) {
    if (((files.has[file] ?? 0) & HAS.path) === 0) continue;
    const told = visibleText(mask.name(nameBytes(doc.checkpoint, file), files.nameStable[file] ?? 0, true).bytes);
    if (!found.includes(told)) found.push(told);
  }
  return found;
}

const MOST_EXAMPLES = 4;

/** The page as one file with a piece inside. Rejects with a sentence if it cannot be made here. */
export async function createReport(piece: Uint8Array): Promise<Blob> {
  const response = await fetch("report.html").catch(() => null);
  const parts = response?.ok ? fillReport(await response.text(), piece) : null;
  if (parts === null) throw new Error("The report could not be made: its page cannot be loaded.");
  return new Blob(parts, { type: "text/html" });
}

/** The inputs in a piece; a sentence if there are none. */
export async function unpackInputs(
  piece: Uint8Array<ArrayBuffer>,
  limit: number,
): Promise<Input[] | { readonly refused: string }> {
  const packs = await unbundle(piece, limit);
  if ("refused" in packs) return packs;
  return packs.map((bytes, at) => {
    const name = packedName(bytes) || (packs.length === 1 ? "image" : at === 0 ? "before" : "after");
    return { name, files: [{ path: name, file: new Blob([bytes]) }] };
  });
}

/** Opens the images that a link holds. */
export async function openPacked(shell: Shell, data: string): Promise<void> {
  const piece = fromLinkText(data);
  const inputs = "refused" in piece ? piece : await unpackInputs(piece, LINK_UNPACKED);
  if ("refused" in inputs) {
    shell.fail({ message: inputs.refused, advice: "Ask for the link once more, or for the image itself." });
    return;
  }
  await shell.openLinked(inputs, { data });
}
