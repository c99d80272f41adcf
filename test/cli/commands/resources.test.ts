// Resources on the command line: the tables of `show --resources`, and what `diff` says of them.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import Ajv from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { RESOURCES } from "../../../app/resources/resources.ts";
import { runCommand } from "../../support/command.ts";

const fixture = (path: string): string => fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url));
const [BEFORE, AFTER] = [fixture("resources/r1/before"), fixture("resources/r1/after")];

const json = async (...args: string[]) => JSON.parse((await runCommand(args)).out);

describe("show --resources", () => {
  test("adds all tables to the document, which follows its schema", async () => {
    const document = await json("show", BEFORE, "--json", "--resources");
    const schema = JSON.parse(
      readFileSync(new URL("../../../public/schema/show.schema.json", import.meta.url), "utf8"),
    );
    const validate = new Ajv({ allErrors: true, strict: false, allowUnionTypes: true }).compile(schema);
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
    expect(Object.keys(document.resources)).toEqual(RESOURCES.map(({ name }) => name));
    expect(document.tasks).toHaveLength(2);
  });

  test("adds only the tables that are named, of the tasks that are", async () => {
    const document = await json("show", BEFORE, "--json", "--resources=limits,uts", "--pid", "25575");
    expect(Object.keys(document.resources)).toEqual(["limits", "uts"]);
    expect(new Set(document.resources.limits.map(({ pid }: { pid: number }) => pid))).toEqual(new Set([25575]));
    expect(document.resources.uts).toHaveLength(1);
  });

  test("adds nothing unless asked", async () => {
    expect(await json("show", BEFORE, "--json")).not.toHaveProperty("resources");
  });

  test("prints aligned tables, and says what is not in the image", async () => {
    const { out } = await runCommand(["show", BEFORE, "--resources=credentials,limits,mounts,seccomp"]);
    expect(out).toContain("all but sys_ptrace sys_admin sys_resource");
    expect(out).toMatch(/^ +25572 {2}RLIMIT_STACK +8388608 {2}unlimited$/m);
    expect(out).toContain("Mounts\n  not in the image\n");
    expect(out).toContain("Seccomp\n  none\n");
  });

  test("prints a table with tabs, with the names of all columns", async () => {
    const { out } = await runCommand(["show", BEFORE, "--tsv", "--resources=uts"]);
    expect(out).toBe("namespace\tnodename\tdomainname\n10\tinner-host\t(none)\n");
  });

  test("refuses an unknown name", async () => {
    const { status, complaints } = await runCommand(["show", BEFORE, "--resources=mapping"]);
    expect([status, complaints.join()]).toEqual([2, expect.stringContaining("did you mean 'mappings'?")]);
  });
});

describe("diff", () => {
  test("says each change of a socket once, and of a table all in the document", async () => {
    const { out } = await runCommand(["diff", BEFORE, AFTER]);
    expect(out).toContain("pid 25575 mapping 7fdeff3ec000 anonymous: permissions rw-p → rwxp");
    expect(out).toContain("~ host name: nodename inner-host → renamed");
    expect(out).not.toContain("fd 6 socket:\u0020state");
    const { changes } = await json("diff", BEFORE, AFTER, "--json");
    expect(changes.filter(({ resource }: { resource?: string }) => resource === "sockets")).toHaveLength(10);
  });

  test("leaves resources out, or lists those that matter for security", async () => {
    const without = await json("diff", BEFORE, AFTER, "--json", "--no-resources");
    expect(without.changes.some((change: object) => "resource" in change)).toBe(false);
    const { changes } = await json("diff", BEFORE, AFTER, "--json", "--security");
    expect(changes.map(({ key }: { key: { pid: number } }) => key.pid)).toEqual([25572, 25575]);
  });
});
