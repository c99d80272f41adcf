// @vitest-environment happy-dom
// Parts of the page that are loaded later, and may not come.

import { expect, test } from "vitest";
import { MissingDialog, MissingViews } from "../../app/components/Missing.tsx";
import { preloaded } from "../../app/components/preloaded.tsx";
import { fixtureBytes, open } from "../support/open.ts";
import { pageWith, render } from "../support/render.tsx";

const page = async () => pageWith(await open(fixtureBytes("linux-cr/v23-s1/before.ckpt")));

const failing = () =>
  Promise.reject(new TypeError("Failed to fetch dynamically imported module: http://localhost/part.js"));

test("what stands in for a part is shown if it cannot be loaded", async () => {
  const part = preloaded(failing, () => <p>missing</p>);
  expect((await render(await page(), <part.Component />)).textContent).toBe("missing");
});

test("a dialog that cannot be loaded is closed and says why; the image stays open", async () => {
  const opened = await page();
  const { store } = opened.shell;
  store.set({ dialog: { kind: "help" } });
  const part = preloaded(failing, MissingDialog);
  await render(opened, <part.Component />);
  const { dialog, notice, docs } = store.get();
  expect([dialog, docs.length]).toEqual([null, 1]);
  expect(notice).toMatch(/^A part of the page could not be loaded\. Check the network, and reload/);
});

test("views that cannot be loaded say why, and the image is closed", async () => {
  const opened = await page();
  const { store } = opened.shell;
  const part = preloaded(failing, MissingViews);
  await render(opened, <part.Component />);
  const { docs, failure } = store.get();
  expect(docs).toEqual([]);
  expect(failure?.message).toBe("A part of the page could not be loaded.");
});
