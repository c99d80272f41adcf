// `check --pid` on running processes, against what CRIU 4.2 did with the same ones.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, test } from "vitest";
import type { DumpFacts } from "../../../app/checks/dump/facts.ts";
import { readDumpFacts } from "../../../cli/live-facts/facts.ts";
import { CASES, expectVerdict } from "../../support/dump-verdicts.ts";
import { whyNotHere } from "../../support/live.ts";
import { buildOne, startOne } from "../../support/one.ts";
import { recordableFacts } from "../../support/record-facts.ts";

/** Cases that this test cannot start, with the reason. */
const NOT_STARTED: Readonly<Record<string, string>> = {
  self_zombie: "Node waits for its children, so that none stays a zombie",
  mqueue_named: "it leaves its message queue behind",
  overmounted: "it leaves a mount behind",
  overlay_deleted: "it needs a mount of overlayfs",
};

/** How a case is started, if not by `one CASE DIRECTORY` alone. */
const commandOf = (name: string, copy: string, directory: string): readonly string[] => {
  const argument = name.replace(/^device /, "dev:").replace(/^open /, "open:");
  const plain = `${copy} plain ${directory}`;
  switch (name) {
    // What stopped CRIU is the descriptor from the outer mount namespace.
    case "overlay_file":
    case "overlay_copied_up":
      return ["unshare", "--mount", copy, "plain", directory];
    case "shell job job: DUMP with --shell-job":
      return ["script", "-qec", `sh -c 'echo target $$; exec ${plain}'; true`, "/dev/null"];
    case "shell job jobleader: DUMP without --shell-job":
    case "shell job jobleader: DUMP with --shell-job":
      return ["script", "-qec", `echo target $$; exec ${plain}`, "/dev/null"];
    default:
      return [copy, argument, directory];
  }
};

const isRoot = process.getuid?.() === 0;
const folder = mkdtempSync(join(tmpdir(), "ckptscope-one-"));
const program = isRoot ? buildOne(folder) : null;
const reason = !isRoot ? "needs root" : program === null ? "needs a C compiler" : await whyNotHere();
const recordings: Record<string, DumpFacts> = {};

describe.skipIf(reason !== "")(`would CRIU dump it?${reason === "" ? "" : ` (${reason})`}`, () => {
  afterAll(() => {
    if (process.env.CKPTSCOPE_RECORD !== undefined) writeFileSync(RECORD, recordText());
    rmSync(folder, { recursive: true, force: true });
  });

  test.for([...CASES.keys()])("%s", async (name, { skip }) => {
    const why = NOT_STARTED[name];
    if (why !== undefined) skip(why);
    const directory = join(folder, name.replaceAll(/\W/g, "_"));
    const started = await startOne(program ?? "", directory, (copy) => commandOf(name, copy, directory));
    try {
      if (started.failure !== "") skip(started.failure);
      const { facts } = await readDumpFacts(started.pid);
      recordings[name] = recordableFacts(facts);
      for (const record of CASES.get(name) ?? []) {
        // These were made again with criu inside the namespace, which is another process.
        if (!record.options.includes("same mount namespace")) expectVerdict(facts, record);
      }
    } finally {
      await started.end();
    }
  });
});

const RECORD = fileURLToPath(new URL("../../fixtures/dump-verdicts/facts.json", import.meta.url));

/** A line for each case. */
const recordText = (): string =>
  `{\n${Object.entries(recordings)
    .map(([name, facts]) => `  ${JSON.stringify(name)}: ${JSON.stringify(facts).replaceAll(folder, "/tmp/one")}`)
    .join(",\n")}\n}\n`;
