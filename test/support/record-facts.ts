// Writes down what was read of processes, without what no check of them depends on.

import type { DumpFacts, MappingFacts } from "../../app/checks/dump/facts.ts";

/** Facts as JSON: mounts and sockets that nothing refers to, and mappings of unchanged files, are left out. */
export function recordableFacts({ tasks, machine }: DumpFacts): DumpFacts {
  const kept = tasks.map((task) => ({ ...task, mappings: task.mappings.filter(isTelling) }));
  const files = kept.flatMap(({ descriptors, places, mappings }) => [
    ...descriptors,
    ...places,
    ...mappings.flatMap(({ file }) => file ?? []),
  ]);
  const mounts = new Set(files.map(({ mount }) => mount));
  const devices = new Set(kept.flatMap(({ descriptors }) => descriptors.flatMap(({ info }) => info.flatMap(watched))));
  const inside = Object.entries(machine.unixSockets).filter(([, { isInside }]) => isInside);
  const peers = new Set(inside.flatMap(([inode, { peer }]) => [inode, peer]));
  return {
    tasks: kept,
    machine: {
      ...machine,
      mounts: Object.fromEntries(
        Object.entries(machine.mounts).filter(([id, { device }]) => mounts.has(id) || devices.has(device)),
      ),
      unixSockets: Object.fromEntries(
        Object.entries(machine.unixSockets).filter(
          ([inode, { pending }]) => peers.has(inode) || pending.some((each) => peers.has(each)),
        ),
      ),
    },
  };
}

const isTelling = ({ file, name, flags }: MappingFacts): boolean =>
  file === null ? name === "[uprobes]" || flags.includes("sl") || flags.includes("ht") : file.at !== "same";

/** Devices that a line of an inotify's fdinfo names. */
const watched = (line: string): string[] => {
  const device = Number.parseInt(/ sdev:(\w+) /.exec(line)?.[1] ?? "", 16);
  return Number.isNaN(device) ? [] : [`${device >>> 20}:${device & 0xfffff}`];
};
