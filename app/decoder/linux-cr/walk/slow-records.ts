// Records that have to await bytes: pids and groups, which may be longer than the window, and records followed by raw
// bytes of unknown length (SOCKET_FRAG, HPAGE).

import { readGroupinfo } from "../handlers/on-task-objects.ts";
import { TYPES, UNKNOWN } from "./kinds.ts";
import { fault, readStruct, report, type Walk } from "./walk.ts";

/** Sizes of a page on the machines that could write an image; the most likely first. */
const PAGE_SIZES = [4096, 65_536, 16_384, 8192];
/** Length of a SOCKET_FRAG record; HPAGE is longer. */
const SOCKET_FRAG_LENGTH = 16;

/** Handles the current record, whose row has been added, and goes to the next. */
export async function handleSlowly(walk: Walk): Promise<void> {
  const { pos, length, window, littleEndian, dialect } = walk;
  const type = window.view.getUint32(walk.at, littleEndian);
  if (type === dialect.recordType("GROUPINFO")) await readGroupinfo(walk);
  else if (walk.nextBuffer === "pids" || walk.nextBuffer === "pid-objects") await readPids(walk, length);
  else if (length === SOCKET_FRAG_LENGTH) walk.skip = await socketPage(walk, pos + length);
  else walk.skip = await hugePage(walk, pos + length);
  walk.pos = pos + length;
  if (walk.skip > 0) skipRawBytes(walk);
}

/** The BUFFER after TREE or PIDS; any other record is left alone. `length` is how many of its bytes the image has. */
export async function readPids(walk: Walk, length: number): Promise<void> {
  const { source, pos, pids } = walk;
  if (walk.nextBuffer !== "pids" && walk.nextBuffer !== "pid-objects") return;
  const payload = new Uint8Array(await source.read(pos + 8, length - 8));
  if (walk.nextBuffer === "pid-objects") pids.numbers = payload;
  else {
    pids.entries = payload;
    const expected = (pids.announced ?? 0) * pids.entrySize;
    if (payload.length !== expected && !walk.cut) {
      const what = `The pids of ${pids.announced} tasks have ${payload.length} bytes instead of ${expected}.`;
      report(walk, "warning", "pids-length", what, pos + 4);
    }
  }
  walk.nextBuffer = "other";
}

/** Size of the raw page after a SOCKET_FRAG: that of a page of the writing machine, which the image does not store. */
async function socketPage(walk: Walk, end: number): Promise<number> {
  for (const page of PAGE_SIZES) if (await plausible(walk, end + page)) return page;
  return PAGE_SIZES[0] as number;
}

/** Size of the raw bytes after an HPAGE. As no writer of HPAGE is known, the page may be raw or in a BUFFER. */
async function hugePage(walk: Walk, end: number): Promise<number> {
  const shift = readStruct(walk, "ckpt_hdr_hpage").number("shift");
  const page = shift < 40 ? 2 ** shift : 0;
  return !(await plausible(walk, end)) && (await plausible(walk, end + page)) ? page : 0;
}

/** Skips the raw bytes that follow a record. */
export function skipRawBytes(walk: Walk): void {
  const { builder, kinds, source, pos, skip } = walk;
  const raw = Math.min(skip, source.size - pos);
  builder.addGap(pos, raw, kinds.raw, 0);
  if (raw < skip) fault(walk, "truncated", `The image ends inside raw bytes: of ${skip}, ${raw} are left.`, pos);
  walk.pos = pos + raw;
  walk.skip = 0;
}

/**
 * Whether a record could begin at `offset`: a known type, and a length that fits. The end of the image is plausible.
 */
export async function plausible({ source, window, kinds, littleEndian }: Walk, offset: number): Promise<boolean> {
  if (offset === source.size) return true;
  if (offset + 8 > source.size) return false;
  let { view } = window;
  let at = offset - window.start;
  if (at < 0 || offset + 8 > window.end) {
    const bytes = await source.read(offset, 8);
    if (bytes.length < 8) return false;
    view = new DataView(bytes.buffer, bytes.byteOffset, 8);
    at = 0;
  }
  const type = view.getUint32(at, littleEndian);
  const length = view.getUint32(at + 4, littleEndian);
  if (type >= TYPES || kinds.byType[type] === UNKNOWN || length < 8 || offset + length > source.size) return false;
  const size = kinds.sizeByType[type];
  return size === 0 || size === length;
}
