// Mappings of processes, from /proc/PID/smaps and map_files.

import { readFileSync } from "node:fs";
import type { FileFacts, MappingFacts } from "../../app/checks/dump/facts.ts";
import type { FileReader } from "./files.ts";
import type { TaskHead } from "./tasks.ts";

// `7f77be4c7000-7f77be4c8000 rw-s 00000000 00:0e 1024   anon_inode:[io_uring]`; a new line in a path is `\012`.
const HEAD = /^([\da-f]+-[\da-f]+) (\S+) [\da-f]+ ([\da-f]+:[\da-f]+) (\d+) *(.*)$/;

/** The mappings of a process; empty: it has ended, or they may not be read. */
export function readMappings(files: FileReader, { pid }: TaskHead): MappingFacts[] {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/smaps`, "utf8");
  } catch {
    return [];
  }
  /** Files by device, inode and name: a library is mapped in several parts. */
  const known = new Map<string, FileFacts | null>();
  const mappings: { -readonly [key in keyof MappingFacts]: MappingFacts[key] }[] = [];
  for (const line of text.split("\n")) {
    const [, range, access = "", device = "", inode = "", name = ""] = HEAD.exec(line) ?? [];
    if (range !== undefined) {
      const key = `${device} ${inode} ${name}`;
      const isFile = inode !== "0" || device !== "00:00";
      if (isFile && !known.has(key))
        known.set(key, files.readThrough(pid, `/proc/${pid}/map_files/${rangeLink(range)}`));
      const file = isFile ? (known.get(key) ?? null) : null;
      mappings.push({ range, access, name: file?.name ?? name, flags: [], pageSize: 0, file });
      continue;
    }
    const last = mappings.at(-1);
    if (last === undefined) continue;
    if (line.startsWith("VmFlags:")) last.flags = line.slice(8).trim().split(/\s+/);
    if (line.startsWith("KernelPageSize:")) last.pageSize = Number.parseInt(line.slice(15), 10) * 1024;
  }
  return mappings;
}

/** The name of the link in map_files: without the zeros that smaps puts before a short address. */
const rangeLink = (range: string): string =>
  range
    .split("-")
    .map((address) => address.replace(/^0+(?=.)/, ""))
    .join("-");
