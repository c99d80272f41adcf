// Checkpoints of any size for tests: families of forked tasks, each with private files and shared files.

import { createBuilder } from "../../app/decoder/builder.ts";
import { type Checkpoint, HAS, NONE } from "../../app/model/checkpoint.ts";
import { fileKind } from "../../app/model/names/names.ts";
import { encodeText } from "../../app/model/text/text.ts";
import { MADE } from "./state.ts";

export interface Crowd {
  readonly tables: number;
  readonly slotsPerTable: number;
  /** How many tables form a family that shares files. */
  readonly family: number;
  /** How many of a table's slots lead to files of its family. */
  readonly sharedSlots: number;
  /** Every n-th table is shared by two tasks; 0: none is. */
  readonly twoTasksEvery?: number;
  /** Files that no descriptor holds. */
  readonly unused?: number;
  /** Shuffles the tables, so that families are not contiguous in the image. */
  readonly shuffled?: boolean;
}

/** Returns numbers from 0 to below - 1, always the same for a seed. */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 0x1_0000_0000) * below);
  };
}

const KINDS = ["regular", "regular", "regular", "pipe", "socket", "regular", "epoll", "eventfd"] as const;
const COMMS = ["nginx", "postgres", "redis-server", "worker", "java", "sshd"] as const;
const FOLDERS = ["/var/log", "/srv/data", "/usr/lib/locale", "/tmp", "/home/build/target/release/deps"] as const;

/** The checkpoint of a crowd. */
export function checkpointOfCrowd(crowd: Crowd): Checkpoint {
  const builder = createBuilder();
  const random = randomNumbers(7);
  const { files } = builder;
  const addFile = (name: string, kind: (typeof KINDS)[number]): number => {
    const row = builder.addFile(files.count + 1, NONE);
    files.kind[row] = fileKind(kind);
    const bytes = encodeText(name);
    if (name.startsWith("/")) builder.setPath(row, bytes, 0, bytes.length);
    else builder.setName(row, name, name.indexOf("[") + 1);
    if (kind === "regular") builder.setPos(row, random(1 << 20), 0);
    files.flags[row] = [0, 1, 2, 0o2001, 0o4002][random(5)] ?? 0;
    files.has[row] = (files.has[row] as number) | HAS.flags;
    return row;
  };
  const families = Math.ceil(crowd.tables / crowd.family);
  const pool = crowd.sharedSlots === 0 ? 0 : crowd.sharedSlots * 2;
  const familyFiles: number[] = [];
  for (let f = 0; f < families * pool; f++) {
    const kind = KINDS[f % 5] ?? "regular";
    familyFiles.push(
      addFile(kind === "regular" ? `${FOLDERS[f % 5]}/shared-${f}.log` : `${kind}:[${40000 + f}]`, kind),
    );
  }
  for (let table = 0; table < crowd.tables; table++) {
    const row = builder.addTable(1000 + table, crowd.slotsPerTable, NONE);
    const family = crowd.shuffled ? random(families) : Math.floor(table / crowd.family);
    for (let fd = 0; fd < crowd.slotsPerTable; fd++) {
      const isShared = fd < crowd.sharedSlots;
      const kind = KINDS[(fd * 7 + table) % KINDS.length] ?? "regular";
      const name =
        kind === "regular" ? `${FOLDERS[fd % 5]}/${table}/${fd}.dat` : `${kind}:[${90000 + table * 100 + fd}]`;
      const file = isShared ? (familyFiles[family * pool + random(pool)] as number) : addFile(name, kind);
      builder.addDescriptor(row, fd, file, random(4) === 0 ? 1 : 0, NONE);
    }
    const every = crowd.twoTasksEvery ?? 0;
    const tasks = every > 0 && table % every === 0 ? 2 : 1;
    for (let i = 0; i < tasks; i++) {
      const task = builder.addTask(NONE);
      builder.tasks.pid[task] = 400 + builder.tasks.count;
      const comm = encodeText(COMMS[family % COMMS.length] ?? "task");
      builder.tasks.commOffset[task] = builder.addText(comm);
      builder.tasks.commLength[task] = comm.length;
      builder.tasks.table[task] = row;
    }
  }
  for (let i = 0; i < (crowd.unused ?? 0); i++) files.use[addFile(`/usr/lib/lib${i}.so`, "regular")] = 8;
  return builder.finish({ ...MADE, format: "criu", dialect: "made" });
}
