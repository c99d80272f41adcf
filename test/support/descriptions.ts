// Random descriptions of processes with every kind of sharing, and a canonical form to compare them by.

import fc from "fast-check";
import type {
  Description,
  DescriptorDescription,
  FileDescription,
  Sequence,
  TaskDescription,
} from "../../app/encoder/description.ts";
import type { WritableDialect } from "../../app/encoder/encode.ts";
import type { Details } from "../../app/model/fields.ts";
import { ipv6Text } from "../../app/model/text/addresses.ts";
import { base64, decodeText, encodeText, isUtf8 } from "../../app/model/text/text.ts";

const entries = <T>(sequence: Sequence<T>): T[] =>
  Array.from({ length: sequence.length }, (_, index) => sequence.at(index) as T);

const u32 = fc.nat(0xffffffff);
const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map(String);

/** Bytes without NUL: mostly text, sometimes invalid UTF-8. */
const nameBytes = (maxLength: number): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    fc
      .string({ minLength: 1, maxLength: Math.floor(maxLength / 4), unit: "grapheme" })
      .map((text) => encodeText(text.replaceAll("\0", "x")).subarray(0, maxLength)),
    fc.uint8Array({ minLength: 1, maxLength, min: 1 }),
  );

const named = (key: "path" | "comm", bytes: Uint8Array): Record<string, string> => ({
  [key]: decodeText(bytes),
  ...(isUtf8(bytes) ? {} : { [`${key}Bytes`]: base64(bytes) }),
});

const PATH_KINDS: Readonly<Record<WritableDialect, readonly string[]>> = {
  seed: ["generic", "regular", "directory", "character device"],
  "v23-rc2": ["generic", "regular", "directory", "character device", "block device"],
};

const common = { flags: u32, mode: u32, pos: u64, version: u64 };

const host: Readonly<Record<string, fc.Arbitrary<string>>> = {
  inet: fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => bytes.join(".")),
  // Mostly zeros, so that the encoder omits runs of them at every position.
  inet6: fc
    .array(fc.constantFrom(0, 0, 0, 1, 0xffff), { minLength: 8, maxLength: 8 })
    .map((groups) => `[${ipv6Text(Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255])))}]`),
};
const address = (family: string): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constant(""),
    fc.tuple(host[family] as fc.Arbitrary<string>, fc.integer({ min: 1, max: 65_535 })).map((parts) => parts.join(":")),
  );
const internetSocket = (family: string) =>
  fc.record({
    ...common,
    kind: fc.constant("socket"),
    details: fc.record({
      family: fc.constant(family),
      type: fc.constant("stream"),
      protocol: fc.constant("tcp"),
      state: fc.constantFrom("listen", "established", "close"),
      local: address(family),
      remote: address(family),
    }),
  });
const unixName = fc.constantFrom("", "/run/a.sock", "@abstract", "@with\\nnewline", "/tmp/\\xff\\u202e");

/** A file of a kind without a path. Pipes, sockets and terminals have few numbers, so that they are often shared. */
const pathless = fc.oneof(
  fc.record({
    ...common,
    kind: fc.constant("pipe"),
    details: fc.record({ pipe: fc.integer({ min: 1, max: 4 }) }),
  }),
  fc.record({
    ...common,
    kind: fc.constant("eventfd"),
    details: fc.record({ count: u64, eventfdFlags: u32 }),
  }),
  fc.record({
    ...common,
    kind: fc.constant("tty"),
    details: fc.record({ index: fc.nat(2), side: fc.constantFrom("master", "slave") }),
  }),
  internetSocket("inet"),
  internetSocket("inet6"),
  fc.record({
    ...common,
    kind: fc.constant("socket"),
    details: fc.record({
      family: fc.constant("unix"),
      type: fc.constantFrom("stream", "dgram", "seqpacket"),
      state: fc.constantFrom("listen", "established", "close"),
      local: unixName,
      remote: unixName,
      peer: fc.integer({ min: 0, max: 12 }),
    }),
  }),
  fc.record({ ...common, kind: fc.constant("epoll"), details: fc.record({ targets: targets() }) }),
);

function targets() {
  const target = fc.record({ fd: fc.nat(9999), events: u32, data: u64, file: fc.integer({ min: 1, max: 12 }) });
  return fc.array(target, { maxLength: 4 });
}

/** One open file without its id. */
function fileArbitrary(dialect: WritableDialect): fc.Arbitrary<Omit<FileDescription, "id">> {
  const withPath = fc
    .tuple(fc.record({ ...common, kind: fc.constantFrom(...PATH_KINDS[dialect]) }), nameBytes(200))
    .map(([file, bytes]) => ({ ...file, ...named("path", bytes), details: {} }) as Omit<FileDescription, "id">);
  if (dialect === "seed") return withPath;
  const nameTellsKind = fc
    .record({ ...common, kind: fc.constantFrom("timerfd", "signalfd") })
    .map((file) => ({ ...file, path: `anon_inode:[${file.kind}]`, details: {} }));
  const fifo = fc
    .record({ ...common, kind: fc.constant("fifo"), details: fc.record({ pipe: fc.integer({ min: 1, max: 4 }) }) })
    .map((file) => ({ ...file, path: `/run/fifo-${file.details.pipe}` }));
  return fc.oneof(
    withPath,
    nameTellsKind,
    fifo,
    pathless.map((file) => ({ ...file, path: null }) as Omit<FileDescription, "id">),
  );
}

/**
 * Whole descriptions: tasks that share tables, descriptors that share open files, files that share pipes and sockets.
 */
export function descriptionArbitrary(dialect: WritableDialect): fc.Arbitrary<Description> {
  return fc
    .tuple(
      fc.array(fileArbitrary(dialect), { minLength: 1, maxLength: 12 }),
      fc.array(fc.uniqueArray(fc.nat(300), { maxLength: 12 }), { minLength: 1, maxLength: 4 }),
      fc.array(
        fc.record({
          comm: nameBytes(15),
          table: fc.nat(3),
          state: fc.constantFrom("running", "sleeping", "uninterruptible", "stopped", "traced"),
          ppid: fc.integer({ min: 0, max: 60 }),
          thread: fc.boolean(),
          session: fc.option(fc.integer({ min: 1, max: 60 })),
        }),
        { minLength: 1, maxLength: 5 },
      ),
      fc.infiniteStream(fc.nat(1_000_000)),
    )
    .map(([files, tables, tasks, numbers]) => {
      const next = (below: number): number => (numbers.next().value as number) % below;
      const pids = dialect !== "seed";
      return {
        files: files.map((file, row) => withNumbers(file, row + 1)),
        fileTables: tables.map((fds, row) => ({
          id: row + 20,
          fds: fds.map((fd) => ({ fd, file: 1 + next(files.length), closeOnExec: next(2) === 1 })),
        })),
        tasks: tasks.map(({ comm, table, state, ppid, thread, session }, row) => ({
          pid: pids ? 100 + row : null,
          ppid: pids ? ppid : null,
          tgid: pids ? (thread ? 100 : 100 + row) : null,
          pgid: pids ? session : null,
          sid: pids ? session : null,
          ...(named("comm", comm) as { comm: string }),
          state,
          fileTable: 20 + (table % tables.length),
        })),
      };
    });
}

const withNumbers = (file: Omit<FileDescription, "id">, id: number): FileDescription =>
  file.kind === "socket" ? { ...file, id, details: { ...file.details, socket: id } } : { ...file, id };

/** Details that a description gives; the encoder derives all others. */
const GIVEN = new Set([
  ...["pipe", "count", "eventfdFlags", "index", "side", "targets"],
  ...["family", "type", "protocol", "state", "local", "remote", "peer"],
]);

/**
 * The canonical form of a description, equal for any two with the same meaning: tables, files, pipes and sockets are
 * numbered in the order in which a dump meets them, descriptors ascend, and unreachable objects are left out.
 */
export function normalised(description: Description) {
  const files = new Map(entries(description.files).map((file) => [file.id, file]));
  const tables = new Map(entries(description.fileTables).map((table) => [table.id, table]));
  const numbers = new Map<string, Map<unknown, number>>();
  const number = (what: string, id: unknown): number => {
    const known = numbers.get(what) ?? new Map<unknown, number>();
    numbers.set(what, known);
    if (!known.has(id)) known.set(id, known.size + 1);
    return known.get(id) as number;
  };
  const sockets = new Map(
    entries(description.files).flatMap((file) => (file.details?.socket ? [[file.details.socket, file.id]] : [])),
  );
  const met: FileDescription[] = [];
  const meet = (id: number): number => {
    const file = files.get(id);
    if (file === undefined) return 0;
    const before = numbers.get("file")?.size ?? 0;
    const own = number("file", id);
    if (own > before) met.push(file);
    return own;
  };
  const details = ({ kind, details = {} }: FileDescription): Details => {
    const given = Object.fromEntries(Object.entries(details).filter(([key]) => GIVEN.has(key)));
    if (kind === "pipe" || kind === "fifo") given.pipe = number("pipe", details.pipe);
    if ("peer" in given) given.peer = meetPeer(sockets.get(given.peer as number));
    if (Array.isArray(details.targets)) {
      given.targets = (details.targets as { file: number | null }[]).map((target) => ({
        ...target,
        file: (target.file === null ? 0 : meet(target.file)) || null,
      }));
    }
    return given;
  };
  // A socket that only a peer leads to has no file in an image.
  const meetPeer = (file: unknown): number => (held.has(file as number) ? meet(file as number) : 0);

  const held = new Set<number>();
  const tasks: (TaskDescription & { fileTable: number })[] = [];
  const tablesMet: { fds: DescriptorDescription[] }[] = [];
  for (const task of entries(description.tasks)) {
    const before = numbers.get("table")?.size ?? 0;
    const own = number("table", task.fileTable);
    const table = tables.get(task.fileTable ?? -1);
    tasks.push({ ...task, fileTable: own });
    if (own <= before || table === undefined) continue;
    const sorted = entries(table.fds).sort((a, b) => a.fd - b.fd);
    tablesMet.push({ fds: sorted.map((fd) => ({ ...fd, file: fd.file === null ? null : meet(fd.file) })) });
  }
  for (let at = 0; at < met.length; at++) {
    const file = met[at] as FileDescription;
    held.add(file.id);
    if (Array.isArray(file.details?.targets)) {
      for (const { file: target } of file.details.targets as { file: number | null }[])
        if (target !== null) meet(target);
    }
  }
  return {
    tasks: tasks.map(({ carried: _, ...task }) => task),
    fileTables: tablesMet,
    files: met.map((file) => ({
      kind: /^(regular|directory|character device|block device)$/.test(file.kind) ? "generic" : file.kind,
      path: file.path,
      pathBytes: file.pathBytes,
      pos: file.pos,
      flags: file.flags,
      mode: file.mode,
      version: file.version,
      details: details(file),
    })),
  };
}
