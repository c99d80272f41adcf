// @vitest-environment happy-dom
// The overview: what it says of an image, and where its lines lead.

import { act } from "react";
import { expect, test } from "vitest";
import { Overview } from "../../app/components/Overview/Overview.tsx";
import { leakyServer } from "../support/leaky-server.ts";
import { fixtureBytes, open } from "../support/open.ts";
import { pageWith, render } from "../support/render.tsx";

const overview = (path: string) => overviewOf(fixtureBytes(path));

async function overviewOf(bytes: Uint8Array) {
  const page = pageWith(await open(bytes));
  const container = await render(page, <Overview doc={page.doc} />);
  const button = (text: RegExp) => {
    const found = [...container.querySelectorAll("button")].find((each) => text.test(each.textContent ?? ""));
    if (found === undefined) throw new Error(`No button ${text} in ${container.textContent}`);
    return found;
  };
  return { ...page, container, button };
}

test("a shared open file is listed with its holders, and selected by a click", async () => {
  const { shell, button } = await overview("linux-cr/v23-s1/before.ckpt");
  await act(async () => button(/^tty:\[pts\/\d+\]⟨3⟩$/).click());
  expect(shell.store.get().selection?.to).toBe("file");
});

test("what survives an exec filters the table of descriptors", async () => {
  const { shell, button } = await overview("linux-cr/v23-s1/before.ckpt");
  await act(async () => button(/^Would survive an exec$/).click());
  const { tab, listings } = shell.store.get();
  expect(tab).toBe("descriptors");
  expect(listings.descriptors.filter).toBe("cloexec:no fd:>2");
});

test("a kind filters the table of descriptors", async () => {
  const { shell, button } = await overview("linux-cr/v23-s1/before.ckpt");
  await act(async () => button(/^(generic|regular|tty) \d+$/).click());
  expect(shell.store.get().listings.descriptors.filter).toMatch(/^kind:"=\w+"$/);
});

test("a likely leak is said in a sentence, and lists its descriptors", async () => {
  const { shell, button } = await overviewOf(leakyServer(57));
  await act(async () => button(/^1234 redis-server has \/var\/log\/x open 57 times$/).click());
  const { tab, listings } = shell.store.get();
  expect([tab, listings.descriptors.filter]).toEqual(["descriptors", 'pid:1234 path:"=/var/log/x"']);
});

test("without a likely leak, what would be one is said", async () => {
  const { container } = await overviewOf(leakyServer(7));
  expect(container.textContent).toContain("None: no task has one path open 8 times");
});

test("a file of a Linux-CR image is deleted but open by the end of its path", async () => {
  const { shell, container, button } = await overviewOf(leakyServer(2, 10, "/var/log/x (deleted)", "seed"));
  expect(container.textContent).toContain("Deleted but open 2, judging by “ (deleted)” at the end of their paths");
  await act(async () => button(/^Deleted but open$/).click());
  const { tab, listings } = shell.store.get();
  expect([tab, listings.files.filter]).toEqual(["files", "deleted:yes"]);
});

test("what was searched for and not found is listed", async () => {
  const { container } = await overview("linux-cr/v23-s1/before.ckpt");
  expect(container.textContent).toMatch(/None: .*deleted but open files, .*problems\.$/);
});
