import { expect, test } from "vitest";
import { createCommands } from "../../app/shell/commands/registry.ts";
import { createShell } from "../../app/shell/shell.ts";
import type { Client } from "../../app/worker/client.ts";

test("every command has a key and an id of its own", () => {
  const client: Client = { request: () => new Promise(() => {}), terminate() {} };
  const commands = createCommands({ shell: createShell(client), drawing: { current: null }, bytes: { current: null } });
  expect(commands.filter(({ key }) => key === "")).toEqual([]);
  expect(new Set(commands.map(({ key, within = "" }) => `${within} ${key}`)).size).toBe(commands.length);
  expect(new Set(commands.map(({ id }) => id)).size).toBe(commands.length);
});
