// Packed images, links, reports and fragments, mutated and cut off.

import { fillReport } from "../../../app/export/report.ts";
import { addressOf } from "../../../app/link/address.ts";
import { bundle, fromBase64, fromLinkText, LINK_UNPACKED, toLinkText, unbundle } from "../../../app/link/bundle.ts";
import { createMask, LEAVE_OUT } from "../../../app/link/leave-out.ts";
import { fromFragment, toFragment } from "../../../app/link/link.ts";
import { pack, unpack } from "../../../app/link/pack.ts";
import { decodeText, encodeText } from "../../../app/model/text/text.ts";
import { type Seed, setSeeds, streamSeeds } from "../corpus.ts";
import { holdImage } from "../holds.ts";
import { mutate } from "../mutate.ts";
import { holdDiff, holdPack, holdShow } from "../outputs.ts";
import { hold, pick, type Random, type Target } from "../target.ts";

interface Packed {
  readonly seed: Seed;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A packed image that was changed is refused, or holds what must hold of any image. */
function runPack(all: readonly Packed[], next: Random): Promise<void> {
  const { bytes, seed } = pick(all, next);
  const changed = mutate(bytes, next).bytes;
  const unpacked = unpack(changed);
  if ("refused" in unpacked) return Promise.resolve();
  const { checkpoint } = unpacked;
  holdImage(unpacked, changed.length * 16, false);
  const kind = next(3);
  if (kind === 0) holdShow(checkpoint);
  else if (kind === 1) holdPack(checkpoint);
  else holdDiff(seed.truth.image.checkpoint, checkpoint);
  return Promise.resolve();
}

const sameBytes = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, at) => byte === other[at]);

interface Piece {
  readonly packs: readonly Uint8Array[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A piece has a checksum: it is refused, or has the images that were put in. */
async function holdPiece({ packs }: Piece, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const found = await unbundle(bytes, LINK_UNPACKED);
  if ("refused" in found) return;
  hold(found.length === packs.length, "other images in a piece");
  for (const [at, one] of found.entries()) hold(sameBytes(one, packs[at] as Uint8Array), "a changed image in a piece");
}

async function runLink(pieces: readonly Piece[], next: Random): Promise<void> {
  const piece = pick(pieces, next);
  if (next(2) === 0) return holdPiece(piece, new Uint8Array(mutate(piece.bytes, next).bytes));
  const text = decodeText(mutate(encodeText(toLinkText(piece.bytes)), next).bytes);
  const found = fromLinkText(text);
  if (!("refused" in found)) await holdPiece(piece, found);
}

const PAGE = ['<p>page</p><script type="application/octet-stream" id="images">', "</script><p>end</p>"] as const;

async function runReport(pieces: readonly Piece[], next: Random): Promise<void> {
  const piece = pick(pieces, next);
  const page = [...(fillReport(PAGE.join(""), piece.bytes) ?? [])].join("");
  hold(page.startsWith(PAGE[0]) && page.endsWith(PAGE[1]), "a report's page is another one");
  const inside = page.slice(PAGE[0].length, page.length - PAGE[1].length);
  const found = fromBase64(decodeText(mutate(encodeText(inside), next).bytes));
  if (found !== null) await holdPiece(piece, found);
}

const FRAGMENTS = [
  "#v=1&sample=nginx&side=after&select=412:3&tab=files&filter=kind:pipe&sort=-pos&columns=path,pos",
  "#v=1&open=https://host/a.ckpt&with=https://host/b.ckpt&zoom=1.25,-340,0&hide=tree&descriptors.filter=fd:3",
  "#v=1&bytes=0:3741-3744&change=file-pos:412:3&off=file-mode,file-version&view=one&rows=all&order=swapped",
  "#v=1&select=%2Fvar%2Flog%2Fx&dialect=v23-rc2&set=a%2Fb&with.dialect=v16&data=AAAA",
];

/** Any text is a fragment; writing what was read of it and reading that gives the same. */
function runFragment(next: Random): Promise<void> {
  const text = decodeText(mutate(encodeText(pick(FRAGMENTS, next)), next).bytes);
  const link = fromFragment(text);
  const written = toFragment(link);
  hold(toFragment(fromFragment(written)) === written, "a fragment changes when it is read and written again");
  if (link.open !== undefined) {
    const address = addressOf(link.open, "https://page.example/");
    if (!("refused" in address)) hold(/^https?:/.test(address.url), `an address of another kind: ${address.url}`);
  }
  return Promise.resolve();
}

export async function linkTargets(): Promise<Target[]> {
  const all = [...(await streamSeeds()), ...(await setSeeds())];
  const packed = all.flatMap((seed): Packed[] =>
    LEAVE_OUT.map((leaveOut) => ({
      seed,
      bytes: pack(seed.truth.image.checkpoint, "fuzz.ckpt", createMask(leaveOut)),
    })),
  );
  const pieces: Piece[] = [];
  for (let at = 0; at + 1 < packed.length; at += 5) {
    const packs = packed.slice(at, at + 1 + (at % 2)).map(({ bytes }) => bytes);
    pieces.push({ packs, bytes: await bundle(packs) });
  }
  return [
    { name: "packed", share: 4, run: (next) => runPack(packed, next) },
    { name: "link", share: 2, run: (next) => runLink(pieces, next) },
    { name: "report", share: 2, run: (next) => runReport(pieces, next) },
    { name: "fragment", share: 3, run: runFragment },
  ];
}
