// A machine for a base set of test/fixtures/criu/verdicts: real files under a directory that takes the place of `/`,
// and facts of them, with everything else as the set needs it.

import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Demand } from "../../app/checks/host/demand.ts";
import type { FileFacts, HostFacts } from "../../app/checks/host/facts.ts";
import { lookUpFiles } from "../../cli/facts/files.ts";
import { PLAIN } from "./host-facts.ts";

interface Entry {
  readonly set: string;
  readonly path: string;
  readonly type: string;
  readonly mode: number;
  readonly size: number;
}

const HOSTS: readonly Entry[] = readFileSync(new URL("../fixtures/criu/verdicts/hosts.txt", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => {
    const [set = "", path = "", type = "", mode = "", size = ""] = line.split(" ");
    return { set, path, type, mode: Number.parseInt(mode, 8), size: Number(size) };
  });

/** The bytes of an ELF file that has nothing but a build id. */
export function elfWith(buildId: string): Uint8Array {
  const id = Buffer.from(buildId, "hex");
  const bytes = Buffer.alloc(64 + 56 + 16 + id.length);
  bytes.write("\x7fELF\x02\x01\x01", 0, "latin1");
  bytes.writeBigUInt64LE(64n, 0x20);
  bytes.writeUInt16LE(56, 0x36);
  bytes.writeUInt16LE(1, 0x38);
  bytes.writeUInt32LE(4, 64);
  bytes.writeBigUInt64LE(120n, 64 + 8);
  bytes.writeBigUInt64LE(BigInt(16 + id.length), 64 + 32);
  bytes.writeUInt32LE(4, 120);
  bytes.writeUInt32LE(id.length, 124);
  bytes.writeUInt32LE(3, 128);
  bytes.write("GNU\0", 132, "latin1");
  id.copy(bytes, 136);
  return bytes;
}

/** The files of a machine. Paths are those of the set. */
export interface World {
  readonly root: string;
  readonly at: (path: string) => string;
  /** Makes a regular file that begins with some bytes. */
  put(path: string, size: number, mode: number, start?: Uint8Array | string): void;
  facts(demands: readonly Demand[]): HostFacts;
  close(): void;
}

/** The machine of a set, as it was when CRIU restored the set unchanged. */
export function openWorld(set: string, demands: readonly Demand[]): World {
  const root = mkdtempSync(join(tmpdir(), "ckptscope-host-"));
  chmodSync(root, 0o755);
  const at = (path: string): string => join(root, path);
  const put = (path: string, size: number, mode: number, start: Uint8Array | string = ""): void => {
    mkdirSync(dirname(at(path)), { recursive: true });
    rmSync(at(path), { force: true, recursive: true });
    const fd = openSync(at(path), "w");
    writeSync(fd, Buffer.from(start as string));
    ftruncateSync(fd, size);
    closeSync(fd);
    chmodSync(at(path), mode);
  };
  // A set with a mount namespace of its own has the world as its root.
  const prefix = set === "mnt" ? "/tmp/w/verdicts/mnt" : "";
  for (const { path, type, mode, size } of HOSTS.filter((entry) => entry.set === set)) {
    const own = path.slice(prefix.length) || "/";
    if (type === "d") {
      mkdirSync(at(own), { recursive: true });
      chmodSync(at(own), mode);
    } else if (type === "p") {
      execFileSync("mkfifo", [at(own)]);
      chmodSync(at(own), mode);
    } else if (type === "f") put(own, size, mode);
  }
  for (const demand of demands) {
    if (demand.kind !== "file") continue;
    const path = Buffer.from(demand.path).toString();
    // The sets' machine has these; the list of its files does not.
    if (demand.use === "link") put(path, demand.size ?? 0, (demand.mode ?? 0o600) & 0o7777);
    else if (demand.buildId !== null) put(path, demand.size ?? 0, 0o755, elfWith(demand.buildId));
  }
  return {
    root,
    at,
    put,
    facts: (wanted) => factsOf(root, wanted),
    close: () => rmSync(root, { recursive: true, force: true }),
  };
}

function factsOf(root: string, demands: readonly Demand[]): HostFacts {
  const options = { root, checksums: true, attributes: null, fifos: null };
  const modes = new Map(
    demands.flatMap((demand) =>
      demand.kind === "file" ? [[Buffer.from(demand.path).toString(), demand.mode] as const] : [],
    ),
  );
  const files = lookUpFiles(demands, options).map((file): FileFacts => {
    const mode = modes.get(file.path);
    // Devices are not made in a test.
    const isDevice = mode !== undefined && mode !== null && (mode & 0o170000) === 0o020000;
    return isDevice && file.type === "missing" ? { path: file.path, type: "character device", mode } : file;
  });
  return { ...PLAIN, made: { ...PLAIN.made, root }, files };
}
