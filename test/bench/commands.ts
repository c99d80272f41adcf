// Whole commands, each a process of its own, compared with a process of node that only reads the same files. By
// processor time of the user and the system, which a busy machine stretches less than the clock. Needs a build
// (`npm run build`).

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Source } from "../../app/decoder/source.ts";
import { mixedCriuSet } from "../support/criu-mixed-set.ts";
import { bigImage } from "../support/images.ts";
import { inMemory } from "./files.ts";
import { measure, print } from "./measure.ts";

/** Writes what a process has used, in milliseconds, to a file when it ends. */
const REPORT_USE = `
  process.on("exit", () => {
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    require("node:fs").writeFileSync(process.env.CKPTSCOPE_USE, String((userCPUTime + systemCPUTime) / 1000));
  });`;

/** Reads every file of the arguments, and of the directories among them, but not pages, which no command reads. */
const READ_ALL = `
  const { readdirSync, readFileSync, statSync } = require("node:fs");
  for (const path of process.argv.slice(2)) {
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path)) if (!name.startsWith("pages-")) readFileSync(path + "/" + name);
    } else readFileSync(path);
  }`;

export async function commands(): Promise<void> {
  const program = fileURLToPath(new URL("../cli/ckptscope.js", import.meta.url));
  if (!existsSync(program)) return print("Whole commands", "not measured: npm run build first");
  const folder = mkdtempSync(join(tmpdir(), "ckptscope-bench-"));
  const script = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const reportUse = script("use.cjs", REPORT_USE);
  const readAll = script("read.cjs", READ_ALL);
  const empty = script("empty.cjs", "");
  const use = join(folder, "use");
  /** Runs node; returns the processor time that it used. */
  const node = (...args: readonly string[]): number => {
    spawnSync(process.execPath, ["--require", reportUse, ...args], {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, CKPTSCOPE_USE: use },
    });
    return Number(readFileSync(use, "utf8"));
  };
  try {
    const set = join(folder, "set");
    await writeSet(set, mixedCriuSet(1000, 100));
    const one = join(folder, "one.ckpt");
    const file = openSync(one, "w");
    for (const chunk of bigImage({ tasks: 1, descriptorsPerTask: 1_000_000, dialect: "seed" })) writeSync(file, chunk);
    const claims = [
      { args: ["show", set], aim: 3 },
      { args: ["check", set], aim: 3 },
      { args: ["diff", set, set], aim: 3 },
      { args: ["show", "--json", set], aim: 4 },
      { args: ["show", "--json", one], aim: 6 },
    ];
    for (const { args, aim } of claims) {
      const paths = args.filter((arg) => arg.startsWith(folder));
      const words = args.filter((arg) => !arg.startsWith(folder)).join(" ");
      await measure({
        title: `ckptscope ${words}, ${paths[0] === set ? "a CRIU set of 1000 × 100" : "Linux-CR, 1 × 1000000"}`,
        aim,
        unit: "of processor time",
        baseline: { title: "node reading the files", run: () => node(readAll, ...paths) },
        measured: { title: "the command", run: () => node(program, ...args) },
      });
    }
    await measure({
      title: "ckptscope --version",
      aim: 1.3,
      unit: "of processor time",
      baseline: { title: "node with an empty script", run: () => node(empty) },
      measured: { title: "the command", run: () => node(program, "--version") },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function writeSet(folder: string, members: readonly Source[]): Promise<void> {
  mkdirSync(folder);
  for (const member of members) writeFileSync(join(folder, member.name), await inMemory(member));
}
