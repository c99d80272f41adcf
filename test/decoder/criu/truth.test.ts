// Sets against what /proc and kcmp said of the processes when they were dumped.

import { describe, expect, test } from "vitest";
import { decodeCriuSet } from "../../../app/decoder/criu/index.ts";
import { commBytes, HAS, nameBytes } from "../../../app/model/checkpoint.ts";
import { FILE_KINDS } from "../../../app/model/names/names.ts";
import { setSources, TRUE_SETS, truthOf, truthText } from "../../support/criu.ts";

describe.each(TRUE_SETS)("%s", async (directory, truthFile) => {
  const truth = truthOf(truthFile);
  const { checkpoint } = await decodeCriuSet(setSources(directory));
  const { tasks, tables, descriptors, files } = checkpoint;
  const rowOfPid = (pid: number) => tasks.pid.indexOf(pid);
  const tableOf = (pid: number) => tasks.table[rowOfPid(pid)] ?? -1;

  test("is whole and without problems", () => {
    expect(checkpoint.problems).toEqual([]);
    expect(checkpoint.complete).toBe(true);
  });

  test("has the tasks", () => {
    const found = Array.from({ length: tasks.count }, (_, row) => ({
      pid: tasks.pid[row],
      ppid: tasks.ppid[row],
      comm: truthText(commBytes(checkpoint, row)),
    }));
    const order = (list: typeof found) => list.sort((a, b) => Number(a.pid) - Number(b.pid));
    expect(order(found)).toEqual(order(truth.tasks.map(({ pid, ppid, comm }) => ({ pid, ppid, comm }))));
  });

  test("shares tables among the same tasks", () => {
    for (const a of truth.tasks) {
      for (const b of truth.tasks) {
        if (a.table >= 0 && b.table >= 0) expect(tableOf(a.pid) === tableOf(b.pid)).toBe(a.table === b.table);
      }
    }
    const distinct = new Set(truth.tasks.filter(({ table }) => table >= 0).map(({ table }) => table));
    expect(tables.count).toBe(distinct.size);
  });

  const slots = truth.tasks.flatMap((task) =>
    task.fds.map((slot) => {
      const table = tableOf(task.pid);
      let row = tables.first[table] ?? 0;
      const end = tables.first[table + 1] ?? 0;
      while (row < end && descriptors.fd[row] !== slot.fd) row++;
      return { ...slot, pid: task.pid, row: row < end ? row : -1 };
    }),
  );

  test("has each task's descriptors and no others, with close-on-exec", () => {
    for (const { pid, fds } of truth.tasks) {
      const table = tableOf(pid);
      const count = table < 0 ? 0 : (tables.first[table + 1] as number) - (tables.first[table] as number);
      expect(count, `pid ${pid}`).toBe(fds.length);
    }
    for (const { pid, fd, row, closeOnExec } of slots) {
      expect(row, `pid ${pid} fd ${fd}`).toBeGreaterThanOrEqual(0);
      expect(descriptors.closeOnExec[row], `pid ${pid} fd ${fd}`).toBe(closeOnExec ? 1 : 0);
    }
  });

  test("shares open files among the same descriptors", () => {
    const rowOfClass = new Map<number, number>();
    const classOfRow = new Map<number, number>();
    for (const { file, row } of slots) {
      const found = descriptors.file[row] as number;
      expect(rowOfClass.get(file) ?? found).toBe(found);
      expect(classOfRow.get(found) ?? file).toBe(file);
      rowOfClass.set(file, found);
      classOfRow.set(found, file);
    }
  });

  test("has paths, positions and flags", () => {
    for (const { file, row, fd } of slots) {
      const at = descriptors.file[row] as number;
      const { link, pos, flags } = truth.files[file] ?? { link: "", pos: "", flags: -1 };
      const has = files.has[at] as number;
      const kind = FILE_KINDS[files.kind[at] as number] ?? "";
      const name = truthText(nameBytes(checkpoint, at));
      if (has & HAS.path) expect(name + (has & HAS.deleted ? " (deleted)" : ""), `fd ${fd}`).toBe(link);
      else if (kind === "memfd") expect(`/${name} (deleted)`).toBe(link);
      else if (kind === "pipe") expect(name).toBe(link);
      else if (kind === "socket") expect(link).toMatch(/^socket:/);
      else if (kind === "namespace") expect(link.split(":")[0]).toBe(name.split(":")[0]);
      else expect(link).toMatch(new RegExp(`^anon_inode:\\[?${kind === "epoll" ? "eventpoll" : kind}\\]?$`));
      if (has & HAS.pos) expect(files.pos[at]?.toString(), `fd ${fd}`).toBe(pos);
      // The kernel answers O_CLOEXEC with the flags of the descriptor; CRIU takes O_RDWR out of a pidfd's.
      expect(files.flags[at], `fd ${fd}`).toBe(kind === "pidfd" ? 0 : flags & ~0o2000000);
    }
  });
});
