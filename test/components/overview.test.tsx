// @vitest-environment happy-dom
// The overview: what it says of an image, and where its lines lead.

import { act } from "react";
import { expect, test } from "vitest";
import { Overview } from "../../app/components/Overview/Overview.tsx";
import { fixtureBytes, open } from "../support/open.ts";
import { pageWith, render } from "../support/render.tsx";

async function overview(path: string) {
  const page = pageWith(await open(fixtureBytes(path)));
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

test("what was looked for and not found is said", async () => {
  const { container } = await overview("linux-cr/v23-s1/before.ckpt");
  expect(container.textContent).toMatch(/None: .*deleted but open files, .*problems\.$/);
});
