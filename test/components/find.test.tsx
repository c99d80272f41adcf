// @vitest-environment happy-dom
// Find: what Enter selects, however far the search is.

import { act } from "react";
import { expect, onTestFinished, test, vi } from "vitest";
import { Find } from "../../app/components/Find/Find.tsx";
import { describe as describeObject } from "../../app/shell/objects/describe.ts";
import { fixtureBytes, open } from "../support/open.ts";
import { found, one, pageWith, press, type RenderedPage, render, type } from "../support/render.tsx";
import { checkpointOf } from "../support/state.ts";

const LOG = "/var/log/app/server.log";

async function openFind(): Promise<{ readonly page: RenderedPage; readonly box: HTMLInputElement }> {
  const page = pageWith(await open(fixtureBytes("linux-cr/v23-s1/before.ckpt")));
  page.shell.store.set({ dialog: { kind: "find" } });
  const container = await render(page, <Find />);
  return { page, box: one<HTMLInputElement>(container, "input") };
}

/** A search that pauses between any two slices. */
async function openLong(): Promise<{ readonly page: RenderedPage; readonly box: HTMLInputElement }> {
  let time = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => (time += 10));
  onTestFinished(() => clock.mockRestore());
  const rows = Array.from({ length: 10_000 }, (_, row) => row);
  const checkpoint = checkpointOf({
    tasks: [{ pid: 1, comm: "a", table: 0 }],
    tables: [rows.map((row) => ({ fd: row, file: row }))],
    files: rows.map((row) => ({ kind: "regular", path: `/srv/${row}`, pos: 0n, flags: 1 })),
  });
  const page = pageWith({ checkpoint } as never);
  page.shell.store.set({ dialog: { kind: "find" } });
  return { page, box: one<HTMLInputElement>(await render(page, <Find />), "input") };
}

const selected = ({ shell, doc }: RenderedPage): string | null => {
  const { selection } = shell.store.get();
  return selection && describeObject(doc.checkpoint, selection).name;
};

test("Enter selects the best match and closes the dialog", async () => {
  const { page, box } = await openFind();
  await act(async () => type(box, "server.log"));
  expect(document.querySelectorAll("[role=option]").length).toBeGreaterThan(0);
  await act(async () => press(box, "Enter"));
  expect(selected(page)).toBe(LOG);
  expect(page.shell.store.get().dialog).toBeNull();
});

test("Enter right after typing selects a match of what was typed, not of the results on the page", async () => {
  const { page, box } = await openFind();
  await act(async () => type(box, "4242:0"));
  await act(async () => {
    type(box, "server.log");
    press(box, "Enter");
  });
  expect(selected(page)).toBe(LOG);
  expect(page.shell.store.get().dialog).toBeNull();
});

test("typing on cancels an Enter that had no match yet", async () => {
  const { page, box } = await openFind();
  await act(async () => {
    type(box, "no such file");
    press(box, "Enter");
  });
  expect(page.shell.store.get().dialog).not.toBeNull();
  await act(async () => type(box, "server.log"));
  expect(selected(page)).toBeNull();
});

test("a key after an Enter that has no match yet is a key of the page once there is one", async () => {
  const { page, box } = await openLong();
  const keys: string[] = [];
  const onKey = ({ key, target }: KeyboardEvent) => target !== box && keys.push(key);
  window.addEventListener("keydown", onKey);
  onTestFinished(() => window.removeEventListener("keydown", onKey));
  await act(async () => {
    type(box, "srv/9000");
    press(box, "Enter");
    // A browser enters the characters of keys that are not handled.
    expect(press(box, "x")).toBe(true);
    expect(press(box, "n")).toBe(true);
  });
  await found(() => selected(page) ?? undefined);
  expect(selected(page)).toBe("/srv/9000");
  expect(page.shell.store.get().dialog).toBeNull();
  expect(keys).toEqual(["x", "n"]);
});

test("a key after an Enter that has no match is part of the query", async () => {
  const { page, box } = await openLong();
  await act(async () => {
    type(box, "no such fil");
    press(box, "Enter");
    expect(press(box, "e")).toBe(true);
  });
  await found(() => (box.value === "no such fil" ? undefined : true));
  expect(page.shell.store.get().dialog).not.toBeNull();
  expect(box.value).toBe("no such file");
});

test("the arrow keys choose another match", async () => {
  const { page, box } = await openFind();
  await act(async () => type(box, "server"));
  const names = [...document.querySelectorAll(".found-name")].map((name) => name.textContent);
  expect(names.length).toBeGreaterThan(1);
  await act(async () => press(box, "ArrowDown"));
  await act(async () => press(box, "Enter"));
  expect(selected(page)).toBe(names[1]);
});

test("a click selects the match that was clicked", async () => {
  const { page, box } = await openFind();
  await act(async () => type(box, "server"));
  const options = [...document.querySelectorAll<HTMLElement>("[role=option]")];
  const name = options.at(-1)?.querySelector(".found-name")?.textContent;
  await act(async () => options.at(-1)?.click());
  expect(selected(page)).toBe(name);
});

test("a query that matches no object leads to the tables of resources that match it", async () => {
  const { page, box } = await openFind();
  await act(async () => type(box, "RLIMIT_NOFILE"));
  const limits = await found(() =>
    [...document.querySelectorAll("button")].find(({ textContent }) => /^Limits \d/.test(textContent)),
  );
  await act(async () => limits.click());
  const { dialog, resource, resourceViews, resourcesShown } = page.shell.store.get();
  expect({ dialog, resource, resourcesShown }).toEqual({ dialog: null, resource: "limits", resourcesShown: true });
  expect(resourceViews.limits?.filter).toBe("RLIMIT_NOFILE");
});
