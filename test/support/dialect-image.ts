// A small image of every dialect of Linux-CR.

import { dialect } from "../../app/decoder/linux-cr/catalogue/dialect.ts";
import { DIALECT_NAMES } from "../../app/decoder/linux-cr/catalogue/dialect-names.ts";
import { HEADER_MAGIC, TAIL_MAGIC } from "../../app/decoder/linux-cr/recognise.ts";
import { createWriter, type Writer } from "../../app/encoder/writer.ts";
import { encodeText } from "../../app/model/text/text.ts";

const bytes = (text: string, length: number): Uint8Array => {
  const padded = new Uint8Array(length);
  padded.set(encodeText(text));
  return padded;
};

const words = (littleEndian: boolean, ...values: number[]): Uint8Array => {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, index) => {
    view.setInt32(index * 4, value, littleEndian);
  });
  return new Uint8Array(view.buffer);
};

/** What only a later dialect has. With it the dialect can be detected; without it the older name is right too. */
const TELLING: Record<string, (writer: Writer) => void> = {
  "v19-dev-20091104": (writer) => writer.record("EPOLL_ITEMS", { epfile_objref: 2 }),
  "v19-rc2": (writer) => writer.record("SOCKET_BUFFER"),
  "v23-dev-20110110": (writer) => writer.record("TTY"),
  "v23-pids": (writer) => writer.record("VMA"),
  "v23-rc2": (writer) => writer.record("VMA"),
  "samsung-3.0": (writer) => writer.record("VMA"),
};

const ARCHES: Record<string, string> = { "v19-rc2-x86_64": "X86_64", "v21-arm": "ARM", "samsung-3.0": "ARM" };

interface Options {
  readonly littleEndian: boolean;
  /** Whether it has a record that distinguishes its dialect from the one before. */
  readonly cursor: boolean;
}

/** One task, pid 41, with one open file under descriptors 3 and 7. */
export function dialectImage(name: string, { littleEndian, cursor }: Options): Uint8Array {
  // Of all these machines, only x86-32 aligns a u64 to 4 bytes.
  const written = dialect(name, name in ARCHES ? 8 : 4);
  const index = DIALECT_NAMES.indexOf(name);
  const since = (other: string): boolean => index >= DIALECT_NAMES.indexOf(other);
  const writer = createWriter(written, littleEndian);
  const object = (type: string): number => written.enums.CKPT_OBJ?.get(type) ?? 0;
  writer.record("HEADER", {
    magic: HEADER_MAGIC,
    arch_id: written.enums.CKPT_ARCH?.get(ARCHES[name] ?? "X86_32") ?? 1,
    major: name === "samsung-3.0" ? 3 : 2,
    minor: 6,
    patch: 33,
    rev: written.rev ?? 1,
    time: 1_250_000_000,
    ...(since("v18") ? { "constants.rlimit_nlimits": 16 } : {}),
    // In bytes up to v19-rc3, in entries from v19 on.
    ...(since("v19") ? { "constants.at_vector_size": 44 } : since("v17") ? { "constants.mm_saved_auxv_len": 176 } : {}),
  });
  for (const text of ["2.6.33", "#1 SMP", "i686"]) writer.record("BUFFER", {}, bytes(text, 65));
  if (name === "v17") writer.record("HEADER_ARCH", {}, new Uint8Array(8), null);
  else writer.record("HEADER_ARCH");
  if (since("v19-dev-20091025")) writer.record("CONTAINER");
  if (since("v19-dev-20091116")) {
    writer.record("BUFFER", {}, bytes("lsm_none", 11));
    writer.record("LSM_INFO", {}, encodeText("dummy"));
  }
  if (since("v23-pids")) {
    writer.record("PIDS", { nr_pids: 1, nr_vpids: 0, offset: 1 });
    writer.record("BUFFER", {}, words(littleEndian, 0, 41));
  }
  if (since("v16")) {
    writer.record("TREE", { nr_tasks: 1 });
    const pid = since("v23-pids") ? 1 : 41;
    const entry = [pid, 0, pid, pid, pid, 0];
    if (name === "v20-nestedpids") entry.push(0, 0);
    writer.record("BUFFER", {}, words(littleEndian, ...entry));
    if (name === "v20-nestedpids" || name === "v20-netns") writer.record("VPIDS");
  }
  if (name === "v17") writer.record("TASK", {}, new Uint8Array(24), null);
  else writer.record("TASK", { state: 1 });
  writer.record("STRING", {}, bytes("daemon", 16));
  writer.record("OBJREF", { objtype: object("FILE_TABLE"), objref: 1 });
  writer.record("FILE_TABLE", { fdt_nfds: 2 });
  writer.record("OBJREF", { objtype: object("FILE"), objref: 2 });
  const file = { f_type: 1, f_mode: 31, f_flags: 0o2002, f_pos: 2n ** 53n + 1n, f_version: 7 };
  writer.record("FILE", file, undefined, "ckpt_hdr_file_generic");
  writer.record("FILE_NAME", {}, encodeText("/var/log/odd\0"));
  writer.record("FILE_DESC", { fd_objref: 2, fd_descriptor: 3 });
  writer.record("FILE_DESC", { fd_objref: 2, fd_descriptor: 7, fd_close_on_exec: 1 });
  writer.record("TASK_OBJS", { files_objref: 1 });
  if (cursor) TELLING[name]?.(writer);
  writer.record("TAIL", { magic: TAIL_MAGIC });
  return writer.take();
}
