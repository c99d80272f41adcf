// Identifies a file by its first bytes: an archive that can be opened, or something else with a name.

import { isStreamerCapture } from "./streamer.ts";
import { isTarHeader } from "./tar-header.ts";

/** Compressed forms. */
export type PackedForm = "gzip" | "zstd" | "xz" | "bzip2";
/** What can be opened. `streamer`: a capture of criu-image-streamer. */
export type ArchiveForm = "tar" | "zip" | "streamer" | PackedForm;

interface Magic {
  readonly bytes: readonly number[];
  /** Where they are. Default: 0. */
  readonly at?: number;
}

const text = (characters: string, at = 0): Magic => ({ bytes: Array.from(characters, (c) => c.charCodeAt(0)), at });

const PACKED: readonly (readonly [PackedForm, Magic])[] = [
  ["gzip", { bytes: [0x1f, 0x8b] }],
  ["zstd", { bytes: [0x28, 0xb5, 0x2f, 0xfd] }],
  ["xz", { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0] }],
];

/** A file that is something else, and advice for the user. */
export interface OtherForm {
  /** With its article: "a ZIP archive". */
  readonly what: string;
  readonly advice: string;
}

const UNPACK = "Unpack it, and open the folder.";

const OTHERS: readonly (OtherForm & { readonly magic: Magic })[] = [
  { what: "an empty ZIP archive", advice: "", magic: text("PK\x05\x06") },
  { what: "a 7z archive", advice: UNPACK, magic: { bytes: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c] } },
  { what: "a RAR archive", advice: UNPACK, magic: text("Rar!\x1a\x07") },
  { what: "an LZ4 file", advice: "Unpack it with lz4 -d.", magic: { bytes: [0x04, 0x22, 0x4d, 0x18] } },
  { what: "an lzip file", advice: "Unpack it with lzip -d.", magic: text("LZIP") },
  {
    what: "an lzop file",
    advice: "Unpack it with lzop -d.",
    magic: { bytes: [0x89, 0x4c, 0x5a, 0x4f, 0, 0x0d, 0x0a] },
  },
  { what: "an LZMA file", advice: "Unpack it with xz -d --format=lzma.", magic: { bytes: [0x5d, 0, 0] } },
  { what: "a compress file (.Z)", advice: "Unpack it with gzip -d.", magic: { bytes: [0x1f, 0x9d] } },
  { what: "a cpio archive", advice: "Unpack it with cpio -i, and open the folder.", magic: text("07070") },
  { what: "an ar archive", advice: UNPACK, magic: text("!<arch>\n") },
  { what: "a squashfs image", advice: "Unpack it with unsquashfs, and open the folder.", magic: text("hsqs") },
  {
    what: "an ELF file",
    advice: "A core dump does not contain a process's file table. Open a checkpoint image.",
    magic: text("\x7fELF"),
  },
  {
    what: "a QEMU disk image",
    advice: "It holds a virtual machine's disk, not a process's checkpoint.",
    magic: text("QFI\xfb"),
  },
  {
    what: "the state of a QEMU virtual machine",
    advice: "ckptscope opens checkpoints of processes, not of machines.",
    magic: text("QEVM"),
  },
  {
    what: "a DMTCP image",
    advice: "ckptscope opens Linux-CR and CRIU images.",
    magic: text("DMTCP_CHECKPOINT_IMAGE"),
  },
  { what: "a PNG image", advice: "", magic: { bytes: [0x89, 0x50, 0x4e, 0x47] } },
  { what: "a PDF document", advice: "", magic: text("%PDF") },
  { what: "an SQLite database", advice: "", magic: text("SQLite format 3") },
  { what: "a script", advice: "", magic: text("#!") },
];

const begins = (head: Uint8Array, { bytes, at = 0 }: Magic): boolean =>
  bytes.every((byte, index) => head[at + index] === byte);

/** Bytes of a file that are enough to know its form. */
export const HEAD_BYTES = 512;

/** The form of an archive that begins with `head` (HEAD_BYTES); `null` if it cannot be opened. */
export function archiveForm(head: Uint8Array): ArchiveForm | null {
  for (const [form, magic] of PACKED) if (begins(head, magic)) return form;
  const [a, b, c, d] = head;
  // A skippable frame before the first one.
  if ((a ?? 0) >> 4 === 5 && b === 0x2a && c === 0x4d && d === 0x18) return "zstd";
  if (begins(head, text("BZh")) && (d ?? 0) >= 0x31 && (d ?? 0) <= 0x39) return "bzip2";
  if (begins(head, text("PK\x03\x04"))) return "zip";
  if (isTarHeader(head)) return "tar";
  return isStreamerCapture(head) ? "streamer" : null;
}

/** Identifies a file that cannot be opened; `null` if its first bytes do not say what it is. */
export function otherForm(head: Uint8Array): OtherForm | null {
  if (head.length === 0) return { what: "empty", advice: "" };
  const found = OTHERS.find(({ magic }) => begins(head, magic));
  if (found !== undefined) return found;
  if (head.every((byte) => byte === 0)) return { what: "nothing but zeros at its beginning", advice: "" };
  const start = new TextDecoder("latin1").decode(head).trimStart().toLowerCase();
  if (start.startsWith("<!doctype html") || start.startsWith("<html")) {
    return { what: "a web page", advice: "Download the image itself (“raw”, “download”)." };
  }
  if (start.startsWith("version https://git-lfs")) {
    return { what: "a Git LFS pointer", advice: "Fetch the file with git lfs pull." };
  }
  const isText = head.every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
  if (isText && /^\{\s*"magic"/.test(start)) {
    return {
      what: "the JSON that crit decode writes",
      advice: "Open the image that it was made from, or make one of it with crit encode.",
    };
  }
  if (isText && (start.startsWith("{") || start.startsWith("["))) {
    return { what: "a JSON document", advice: "Open the image that it was made from." };
  }
  return isText ? { what: "a text file", advice: "" } : null;
}

/** The name of a compressed file's contents: without its extension, `.tar` for `.tgz` and its like. */
export function unpackedName(name: string): string {
  const short = /\.(tgz|tzst|txz|tbz2?)$/i;
  if (short.test(name)) return name.replace(short, ".tar");
  return name.replace(/\.(gz|zst|zstd|xz|bz2)$/i, "");
}
