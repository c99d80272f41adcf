// Packs the open images into a link or a report, and opens such images.

import { isOfResources } from "../../diff/changes.ts";
import { fromLinkText, LINK_UNPACKED, unbundle } from "../../link/bundle.ts";
import { createMask, type LeaveOut } from "../../link/leave-out.ts";
import type { Link } from "../../link/link.ts";
import { packedName, packRefusal } from "../../link/pack.ts";
import { HAS, nameBytes, stableLength } from "../../model/checkpoint.ts";
import { u8At } from "../../model/read.ts";
import { shownText } from "../../model/text/text.ts";
import type { RequestOptions } from "../../worker/client.ts";
import type { Shell } from "../shell.ts";
import type { Docs, Input } from "../state.ts";

/** The open documents as one compressed piece (bundle.ts). They must be fully decoded. */
export function packDocs(
  { client, store }: Shell,
  leaveOut: LeaveOut,
  options: RequestOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { docs } = store.get();
  const documents = docs.flatMap(({ document }) => (document === null ? [] : [document]));
  const plain = docs.length === 2 ? ["before", "after"] : ["image"];
  const names = docs.map(({ input: { name } }, at) => {
    if (leaveOut === "names") return plain[at] ?? "";
    return leaveOut === "directories" ? name.slice(name.lastIndexOf("/") + 1) : name;
  });
  return client.request("pack", { documents, names, leaveOut }, options);
}

/** The URL of the current view with its images inside: `data`. */
export function packedAddress(shell: Shell, data: string, leaveOut: LeaveOut): string {
  const view = withoutSource(shell.link());
  return shell.address({ ...(leaveOut === "nothing" ? view : withoutText(view)), data });
}

/**
 * A link without the addresses of its images, the choices for opening them, and what packed images do not have:
 * records, bytes and memory.
 */
function withoutSource(link: Link): Link {
  const { sample: _s, open: _o, with: _w, data: _d, order: _r, first: _f, second: _c, ...rest } = link;
  const { bytes: _b, memory: _m, select, ...view } = rest;
  return { ...view, ...(select && select.to !== "record" && { select }) };
}

/** A link without text that can name what its images leave out: filters, and a selection or a change by such text. */
function withoutText({ filter: _f, changes: _w, resource, others, select, change, ...view }: Link): Link {
  const listings = Object.entries(others ?? {}).map(([listing, { filter: _, ...other }]) => [listing, other]);
  const { filter: _, ...table } = resource ?? { name: "" };
  return {
    ...view,
    ...(resource && { resource: table }),
    ...(others && { others: Object.fromEntries(listings) }),
    ...(select && select.to !== "path" && { select }),
    // The key of a row of a resource can be a path.
    ...(change && !isOfResources(change.kind) && { change }),
  };
}

/** A few paths of the first document as in the packed image: a preview of what is left out. */
export function examplePaths([doc]: Docs, leaveOut: LeaveOut): readonly string[] {
  if (doc === undefined) return [];
  const { files } = doc.checkpoint;
  const mask = createMask(leaveOut);
  const found: string[] = [];
  for (let file = 0; file < files.count && found.length < MAX_EXAMPLES; file++) {
    if ((u8At(files.has, file) & HAS.path) === 0) continue;
    const path = shownText(mask.name(nameBytes(doc.checkpoint, file), stableLength(files, file), true).bytes);
    if (!found.includes(path)) found.push(path);
  }
  return found;
}

const MAX_EXAMPLES = 4;

/** The report page with a piece inside. Rejects with a message for the user if the page cannot be loaded. */
export async function createReport({ client }: Shell, piece: Uint8Array, options: RequestOptions): Promise<Blob> {
  const { signal } = options;
  const response = await fetch("report.html", signal ? { signal } : {}).catch(() => null);
  const page = response?.ok ? await response.text() : null;
  const report = page && (await client.request("report", { page, piece }, options));
  if (!report) throw new Error("report.html failed to load");
  return report;
}

/** The images in a piece. `limit`: the maximum of unpacked bytes. */
export async function unpackInputs(
  piece: Uint8Array<ArrayBuffer>,
  limit: number,
): Promise<Input[] | { readonly refused: string }> {
  const packs = await unbundle(piece, limit);
  if ("refused" in packs) return packs;
  // Anything else, such as an archive, could be small here and very large once it is decoded.
  for (const bytes of packs) {
    const refusal = packRefusal(bytes);
    if (refusal !== null) return refusal;
  }
  return packs.map((bytes, at) => {
    const name = packedName(bytes) || (packs.length === 1 ? "image" : at === 0 ? "before" : "after");
    return { name, files: [{ path: name, file: new Blob([bytes]) }] };
  });
}

/** Opens the images inside a link. */
export async function openPacked(shell: Shell, data: string): Promise<void> {
  const piece = fromLinkText(data);
  const inputs = "refused" in piece ? piece : await unpackInputs(piece, LINK_UNPACKED);
  if ("refused" in inputs) {
    shell.fail({ message: inputs.refused, advice: "Ask the sender for the link again, or for the image itself." });
    return;
  }
  await shell.openLinked(inputs, { data });
}
