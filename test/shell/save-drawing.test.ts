// Saving the drawing, also when it has been asked for before the drawing was made.

import { expect, onTestFinished, test, vi } from "vitest";
import type { DrawingHandle } from "../../app/shell/commands/command.ts";
import { createCommands } from "../../app/shell/commands/registry.ts";
import { saveFile } from "../../app/shell/save.ts";
import { createShell } from "../../app/shell/shell.ts";
import type { Client } from "../../app/worker/client.ts";

vi.mock("../../app/shell/save.ts", { spy: true });

/** Runs a command while the drawing is made, at a certain frame. Returns the name that it was saved under. */
async function savedBy(id: string, madeAt: number): Promise<string | null> {
  let frame = 0;
  const drawing: { current: Partial<DrawingHandle> | null } = { current: null };
  vi.stubGlobal("requestAnimationFrame", (done: () => void) => {
    if (++frame === madeAt) drawing.current = { isMade: true, svg: () => "<svg/>", png: async () => new Blob(["png"]) };
    queueMicrotask(done);
  });
  onTestFinished(() => void vi.unstubAllGlobals());
  const saved = vi.mocked(saveFile).mockImplementation(() => {});
  onTestFinished(() => void saved.mockReset());
  const client: Client = { request: () => new Promise(() => {}), terminate() {} };
  const shell = createShell(client);
  const context = { shell, drawing: drawing as { current: DrawingHandle | null }, bytes: { current: null } };
  await createCommands(context)
    .find((each) => each.id === id)
    ?.run();
  return saved.mock.calls[0]?.[0] ?? null;
}

test.each([
  ["save-svg", /\.drawing\.svg$/],
  ["save-png", /\.drawing\.png$/],
])("%s waits for a drawing that is being made", async (id, name) => {
  expect(await savedBy(id, 20)).toMatch(name);
});

test.each(["save-svg", "save-png"])("%s does not wait for a drawing forever", async (id) => {
  expect(await savedBy(id, 10_000)).toBeNull();
});
