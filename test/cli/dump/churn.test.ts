// Dumps of a tree that forks all the time: none fails, none is wrong, and nothing stays stopped however a dump ends.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readStat, withDescendants } from "../../../cli/dump/processes.ts";
import { runCommand } from "../../support/command.ts";
import { whyNotHere } from "../../support/live.ts";
import { buildProgram, type Program } from "../../support/program.ts";

const reason = await whyNotHere();
/** Dumps of each kind; more can be asked for. */
const DUMPS = Number(process.env.CKPTSCOPE_DUMPS ?? 10);
const KILLS = Number(process.env.CKPTSCOPE_KILLS ?? 4);

// Children that live for a moment, side by side and one after the other.
const SCRIPT = "while :; do sleep 0.02 & sleep 0.01 & (sleep 0.01; :) & wait; ls / > /dev/null; done";

describe.skipIf(reason !== "")(`a tree that forks${reason === "" ? "" : ` (${reason})`}`, () => {
  let folder: string;
  let root: ChildProcess;
  let pid: number;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "ckptscope-"));
    root = spawn("sh", ["-c", SCRIPT], { detached: true, stdio: "ignore" });
    pid = root.pid ?? 0;
  });
  afterAll(() => {
    process.kill(-pid, "SIGKILL");
    rmSync(folder, { recursive: true });
  });

  const stopped = (): number[] => withDescendants([pid]).filter((each) => readStat(each)?.state === "stopped");
  const untilNoneIsStopped = async (): Promise<void> => {
    while (stopped().length > 0) await sleep(5);
    expect(readStat(pid)?.state).not.toBe("stopped");
  };

  test.each([[["--freeze"]], [[]]])("is dumped as it is (%s)", async (options) => {
    for (let index = 0; index < DUMPS; index++) {
      const image = join(folder, "image");
      const dumped = await runCommand(["dump", String(pid), "--tree", ...options, "-o", image, "--force"]);
      expect(dumped.status, dumped.complaints.join("\n")).toBe(0);
      const shown = JSON.parse((await runCommand(["show", image, "--json"])).out);
      expect(shown).toMatchObject({ complete: true, problems: [] });
      const tables = new Set(shown.fileTables.map(({ id }: { id: number }) => id));
      for (const { state, fileTable, ...task } of shown.tasks) {
        expect(state).not.toBe("stopped");
        expect(tables.has(fileTable), `${JSON.stringify(task)} ${state}`).toBe(state !== "zombie" && state !== "dead");
      }
      expect(shown.tasks[0]).toMatchObject({ pid, comm: "sh" });
      await untilNoneIsStopped();
    }
    expect(readdirSync(folder)).toEqual(["image"]);
    rmSync(join(folder, "image"));
  });

  describe("and a dump that is ended", () => {
    let program: Program;
    beforeAll(async () => {
      program = await buildProgram();
    });
    afterAll(() => program.remove());

    test.each(["SIGTERM", "SIGKILL", "SIGINT"] as const)("by %s lets it go and leaves no file", async (signal) => {
      for (let index = 0; index < KILLS; ) {
        const image = join(folder, "image");
        const args = [program.path, "dump", String(pid), "--tree", "--freeze", "-o", image];
        const dump = spawn(process.execPath, args, { stdio: "ignore" });
        const ended = once(dump, "exit");
        // Half of them in the middle of it, the others at any time.
        if (index % 2 === 0) while (stopped().length === 0 && dump.exitCode === null) await sleep(1);
        else await sleep(index * 37);
        dump.kill(signal);
        const [status] = await ended;
        await untilNoneIsStopped();
        const complete = readdirSync(folder).length > 0;
        if (complete) {
          expect(readdirSync(folder)).toEqual(["image"]);
          expect(JSON.parse((await runCommand(["show", image, "--json"])).out).complete).toBe(true);
          rmSync(image);
        }
        // A dump that was complete before the signal came does not count.
        if (status !== 0) index++;
      }
    });
  });
});
