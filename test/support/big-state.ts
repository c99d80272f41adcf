// Large checkpoints for benchmarks and for tests of what must not grow with the number of descriptors.

import { createBuilder } from "../../app/decoder/builder.ts";
import { type Checkpoint, HAS, NONE } from "../../app/model/checkpoint.ts";
import { fileKind } from "../../app/model/names/names.ts";
import { encodeText } from "../../app/model/text/text.ts";
import { MADE } from "./state.ts";

/**
 * A checkpoint of about `count` descriptors in tables of 1,000, one task per table. Every tenth descriptor is a dup of
 * the one before it. `changedEvery`: every n-th open file has a different position; 0: none.
 */
export function bigCheckpoint(count: number, changedEvery = 0): Checkpoint {
  const builder = createBuilder();
  const { tasks, files } = builder;
  const comm = encodeText("worker");
  let file = NONE;
  for (let row = 0; row < count; row++) {
    const fd = row % 1000;
    if (fd === 0) {
      const table = builder.addTable(builder.tables.count + 1, Math.min(1000, count - row), NONE);
      const task = builder.addTask(NONE);
      tasks.pid[task] = task + 1;
      tasks.commOffset[task] = builder.addText(comm);
      tasks.commLength[task] = comm.length;
      tasks.table[task] = table;
    }
    if (fd % 10 !== 1) {
      file = builder.addFile(row + 1, NONE);
      const path = encodeText(`/srv/data/shard-${row % 97}/segment-${row}.log`);
      files.kind[file] = fileKind("regular");
      builder.setPath(file, path, 0, path.length);
      builder.setPos(file, changedEvery > 0 && row % changedEvery === 0 ? row + 1 : row, 0);
      files.flags[file] = 0o100002;
      files.has[file] = (files.has[file] as number) | HAS.flags;
    }
    builder.addDescriptor(builder.tables.count - 1, fd, file, 0, NONE);
  }
  return builder.finish({ ...MADE, format: "criu", dialect: "v1.1" });
}
