// ckptscope watch: like changes in one line, JSON lines, filters, growth, and the end of a process whose pid is reused.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Description, FileDescription } from "../../../app/encoder/description.ts";
import { type WatchOptions, watchProcesses } from "../../../cli/commands/watch.ts";
import { createGrowth } from "../../../cli/commands/watch-growth.ts";
import { recordingIo, runCommand } from "../../support/command.ts";
import { type LiveProcess, startProcess, whyNotHere } from "../../support/live.ts";
import { expectValid } from "../../support/schema.ts";

const reason = await whyNotHere();

describe.skipIf(reason !== "")(`watch${reason === "" ? "" : ` (${reason})`}`, () => {
  let target: LiveProcess;
  beforeEach(async () => {
    target = await startProcess();
  });
  afterEach(() => target.end());

  /** Starts to watch, and waits for the first sample. */
  const startWatch = async (options: Partial<WatchOptions>, onPrint = async (_text: string): Promise<void> => {}) => {
    const { io, texts } = recordingIo();
    const controller = new AbortController();
    const request = { pids: [target.pid], tree: false, threads: false, freeze: false, sharing: true };
    let samples = 0;
    // The options are read after every sample: this says when the first has been taken.
    const all: WatchOptions = {
      ...options,
      get every() {
        samples++;
        return 50;
      },
    };
    const print = async (text: string): Promise<boolean> => {
      texts.push(text);
      await onPrint(text);
      return true;
    };
    const watching = watchProcesses(request, all, { ...io, print }, controller.signal);
    while (samples === 0) await sleep(5);
    return { watching, text: () => texts.join(""), stop: () => controller.abort() };
  };

  /**
   * Watches until a text is printed, or the watch ends by itself if there is none. The change is made while a line
   * about another file is printed, when no sample is taken: in the middle of a change, a sample has a part of it.
   */
  const watch = async (options: Partial<WatchOptions>, change: () => Promise<unknown>, wanted?: RegExp) => {
    let isChanged = false;
    const { watching, text, stop } = await startWatch(options, async (line) => {
      if (isChanged || !line.includes("/dev/full")) return;
      isChanged = true;
      await change();
    });
    await target.call("open", "/dev/full", 0);
    if (wanted !== undefined) {
      while (!wanted.test(text())) await sleep(10);
      stop();
    }
    expect(await watching).toBe(0);
    return text();
  };

  /** Watches while more and more files are opened, until that is printed. */
  const watchGrowth = async (options: Partial<WatchOptions>, path: string): Promise<string> => {
    const { watching, text, stop } = await startWatch({ ...options, growth: createGrowth(3, 4) });
    while (!text().includes(path)) {
      await target.call("many", 3, path);
      await sleep(60);
    }
    stop();
    expect(await watching).toBe(0);
    return text();
  };

  test("folds many like changes into one line", async () => {
    const text = await watch({}, () => target.call("many", 50, "/dev/null"), /\/dev\/null/);
    expect(text).toMatch(new RegExp(`^\\d\\d:\\d\\d:\\d\\d pid ${target.pid} 50 × /dev/null: opened.*\\n$`, "m"));
    expect(text).not.toMatch(/fd \d+ \/dev\/null/);
  });

  test("does not print the numbers that an image gives to pipes", async () => {
    const few = await watch({ only: ["fd-opened"] }, () => target.call("pipe"), /(pipe(.|\n)*){2}/);
    expect(few.match(/pid \d+ fd \d+ pipe: opened/g)).toHaveLength(2);
    const many = async () => {
      for (let count = 0; count < 5; count++) await target.call("pipe");
    };
    const text = await watch({ only: ["fd-opened"] }, many, /pipe/);
    expect(text).not.toMatch(/pipe:\[/);
  });

  test("prints few changes one by one, of the wanted kinds only", async () => {
    const change = async () => {
      const fd = await target.call("open", "/dev/zero", 0);
      await target.call("dup", fd);
      await target.call("many", 2, "/dev/null");
    };
    const text = await watch({ only: ["fd-opened"], ignore: ["task-detail"] }, change, /\/dev\/null(.|\n)*\/dev\/null/);
    expect(text.split("\n").filter((line) => /fd \d+ \/dev\/null: opened/.test(line))).toHaveLength(2);
    expect(text).not.toMatch(/shared|position/);
  });

  test("prints JSON lines", async () => {
    const text = await watch({ jsonl: true }, () => target.call("many", 5, "/dev/null"), /(\/dev\/null(.|\n)*){5}/);
    const lines = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    for (const line of lines) expectValid("watch", line);
    const opened = lines.filter(({ kind, path }) => kind === "fd-opened" && path === "/dev/null");
    expect(opened).toHaveLength(5);
    expect(opened[0]).toMatchObject({ time: expect.stringMatching(/^\d{4}-.*Z$/) });
    expect(JSON.stringify(opened[0])).toContain(`"pid":${target.pid}`);
  });

  test("finds what grows", async () => {
    const text = await watchGrowth({}, "/dev/zero");
    expect(text).toMatch(new RegExp(`pid ${target.pid} /dev/zero: \\d+ → \\d+ descriptors in 3 samples`));
    expect(text).toMatch(/kind character device: \d+ → \d+ descriptors/);
    expect(text).not.toMatch(/socket|pipe/);
  });

  test("prints what grows as JSON lines", async () => {
    const text = await watchGrowth({ jsonl: true }, "/dev/zero");
    const lines = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    for (const line of lines) expectValid("watch", line);
    expect(lines.map(({ growing }) => growing.path)).toContain("/dev/zero");
  });

  test("ends with the process", async () => {
    expect(await watch({}, () => target.end())).toMatch(/ ended\n$/);
  });

  test("says as JSON that the process has ended", async () => {
    const text = await watch({ jsonl: true }, () => target.end());
    const line = JSON.parse(text.trim().split("\n").at(-1) ?? "");
    expectValid("watch", line);
    expect(line).toMatchObject({ ended: true });
  });

  const LAST_PID = "/proc/sys/kernel/ns_last_pid";
  test.skipIf(process.getuid?.() !== 0 || !existsSync(LAST_PID))(
    "ends when the pid is given to another process",
    async () => {
      let other: ReturnType<typeof spawn> | undefined;
      const end = async (): Promise<void> => {
        if (other?.kill("SIGKILL")) await once(other, "exit");
      };
      const takePid = async () => {
        process.kill(target.pid, "SIGKILL");
        await target.end();
        // If a process that started meanwhile has taken it already, that is as good.
        while (!existsSync(`/proc/${target.pid}`)) {
          await end();
          writeFileSync(LAST_PID, String(target.pid - 1));
          other = spawn("sleep", ["1000"], { stdio: "ignore" });
        }
      };
      expect(await watch({}, takePid)).toMatch(/ ended\n$/);
      await end();
    },
  );
});

test("options of growth are checked", async () => {
  const error = async (...args: string[]) => (await runCommand(["watch", "1", ...args])).complaints;
  expect(await error("--threshold", "5")).toEqual(["ckptscope watch: --threshold needs --growing"]);
  expect(await error("--growing", "0")).toEqual(["ckptscope watch: --growing: expected at least 1 sample"]);
});

describe("growth", () => {
  /** A sample of one task with so many descriptors of two files. */
  const sample = (counts: Readonly<Record<string, number>>): Description => {
    const paths = Object.keys(counts);
    const files = paths.map((path, id) => ({ id, kind: "regular", path }) as FileDescription);
    const fds = paths.flatMap((path, file) =>
      Array.from({ length: counts[path] ?? 0 }, (_, fd) => ({ fd: file * 1000 + fd, file, closeOnExec: false })),
    );
    const task = { pid: 7, ppid: 1, tgid: 7, comm: "x", state: "sleeping", fileTable: 1 };
    return { tasks: [task], fileTables: [{ id: 1, fds }], files };
  };
  const grownIn = (samples: number, threshold: number, series: readonly Readonly<Record<string, number>>[]) => {
    const growth = createGrowth(samples, threshold);
    return series.map((counts) => growth.add(sample(counts)).map(({ path, before, after }) => [path, before, after]));
  };

  test("is what never shrinks and rises more than once", () => {
    const series = [
      { a: 5, b: 1 },
      { a: 6, b: 2 },
      { a: 6, b: 1 },
      { a: 8, b: 2 },
      { a: 8, b: 2 },
    ];
    expect(grownIn(3, 1, series)).toEqual([
      [],
      [],
      [],
      [
        [null, 6, 10],
        ["a", 5, 8],
      ].slice(1),
      [],
    ]);
  });

  test("is not what is there from the start, or opened once", () => {
    expect(grownIn(2, 1, [{ a: 9 }, { a: 9 }, { a: 10 }, { a: 10 }, { a: 10 }]).flat()).toEqual([]);
    expect(grownIn(2, 1, [{}, { a: 1 }, { a: 1 }, { a: 1 }]).flat()).toEqual([]);
  });

  test("is reported from the threshold on, and again when it goes on", () => {
    const series = [0, 1, 2, 3, 4, 5, 6].map((a) => ({ a: a + 1 }));
    const ofPath = (threshold: number) =>
      grownIn(2, threshold, series).map((all) => all.filter(([path]) => path === "a"));
    expect(ofPath(1)).toEqual([[], [], [["a", 1, 3]], [], [["a", 3, 5]], [], [["a", 5, 7]]]);
    expect(ofPath(3).flat()).toEqual([]);
  });
});
