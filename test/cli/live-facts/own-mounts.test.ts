// `check --pid` of a process in a mount namespace of its own: mounts that its dump lacks the source of are named.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runCommand } from "../../support/command.ts";
import { hasProgram } from "../../support/has-program.ts";
import { whyNotHere } from "../../support/live.ts";
import { startUntil } from "../../support/one.ts";

const folder = mkdtempSync(join(tmpdir(), "ckptscope-mounts-"));
const reason = (await whyNotHere()) || (hasProgram("unshare") ? "" : "unshare is not installed");

describe.skipIf(reason !== "")(`a mount namespace of its own${reason === "" ? "" : ` (${reason})`}`, () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("is read with what its mounts show", async ({ skip }) => {
    for (const name of ["whole", "part", "slave"]) mkdirSync(join(folder, name));
    const script = [
      "set -e",
      `mount -t tmpfs x whole`,
      "mkdir whole/a",
      "mount --bind whole/a part",
      "umount -l whole",
      "mount -t tmpfs x slave",
      "mount --make-shared slave",
      // The namespace with the master lives as long as this shell.
      "unshare --mount --propagation slave sh -c 'echo pid $$; echo ready; exec sleep 1000'",
      "true",
    ].join("; ");
    const command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script];
    const started = await startUntil(/^ready$/m, command, folder);
    try {
      if (/not permitted|denied|No such device/.test(started.failure)) skip(started.failure);
      expect(started.failure).toBe("");
      const codes = async (...options: readonly string[]) => {
        const { out } = await runCommand(["check", "--pid", `${started.pid}`, "--json", ...options]);
        return JSON.parse(out).findings.flatMap(({ code, path }: { code: string; path?: string }) =>
          path?.startsWith(folder) && code !== "dump-mount-unknown" ? [`${code} ${path.slice(folder.length)}`] : [],
        );
      };
      expect(await codes()).toEqual(["dump-mount-external /part", "dump-mount-slave /slave"]);
      const external = ["part", "slave"].map((name) => `--external=mnt[${join(folder, name)}]:${name}`);
      expect(await codes(`--dump-options=${external.join(" ")}`)).toEqual([]);
    } finally {
      await started.end();
    }
  });
});
