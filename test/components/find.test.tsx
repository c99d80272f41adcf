// @vitest-environment happy-dom
// Find: what Enter selects, however far the search is.

import { act } from "react";
import { expect, test } from "vitest";
import { Find } from "../../app/components/Find/Find.tsx";
import { describe as describeObject } from "../../app/shell/describe.ts";
import { fixtureBytes, open } from "../support/open.ts";
import { found, one, pageWith, press, type RenderedPage, render, type } from "../support/render.tsx";

const LOG = "/var/log/app/server.log";

async function openFind(): Promise<{ readonly page: RenderedPage; readonly box: HTMLInputElement }> {
  const page = pageWith(await open(fixtureBytes("linux-cr/v23-s1/before.ckpt")));
  page.shell.store.set({ dialog: { kind: "find" } });
  const container = await render(page, <Find />);
  return { page, box: one<HTMLInputElement>(container, "input") };
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
