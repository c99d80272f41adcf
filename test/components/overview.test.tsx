// @vitest-environment happy-dom
// The overview: what it says of an image, and where its lines lead.

import { act } from "react";
import { expect, test } from "vitest";
import { Overview } from "../../app/components/Overview/Overview.tsx";
import { filterMask } from "../../app/model/listings/filter.ts";
import { bigDescription, encodeAll } from "../support/images.ts";
import { leakyServer } from "../support/leaky-server.ts";
import { fixtureBytes, open } from "../support/open.ts";
import { pageWith, render } from "../support/render.tsx";
import { checkpointOf } from "../support/state.ts";

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
  const { shell, button, container } = await overview("linux-cr/v23-s1/before.ckpt");
  expect(container.textContent).toContain("1 descriptor without close-on-exec; of fds 0–2, 3 more");
  await act(async () => button(/^Would survive an exec, not counting 0–2$/).click());
  const { tab, listings } = shell.store.get();
  expect(tab).toBe("descriptors");
  expect(listings.descriptors.filter).toBe("cloexec:no fd:>2");
});

test("what has no line of its own is counted, and leads to the table", async () => {
  const { shell, button } = await overviewOf(
    encodeAll(bigDescription({ tasks: 9, descriptorsPerTask: 5 }), { dialect: "seed" }).bytes,
  );
  await act(async () => button(/^4 more$/).click());
  expect(shell.store.get().listings.descriptors.filter).toBe("cloexec:no fd:>2");
});

test("a kind filters the table of descriptors", async () => {
  const { shell, button } = await overview("linux-cr/v23-s1/before.ckpt");
  await act(async () => button(/^(generic|regular|tty) \d+$/).click());
  expect(shell.store.get().listings.descriptors.filter).toMatch(/^kind:=\w+$/);
});

test("a likely leak is a sentence, and a click lists its descriptors", async () => {
  const { shell, button } = await overviewOf(leakyServer(57));
  await act(async () => button(/^1234 redis-server has \/var\/log\/x open 57 times$/).click());
  const { tab, listings } = shell.store.get();
  expect([tab, listings.descriptors.filter]).toEqual(["descriptors", "pid:1234 path:=/var/log/x"]);
});

const FDS = Array.from({ length: 40 }, (_, at) => at);

test.each([
  [
    "that are connected to one address",
    { state: "established", remote: "10.0.0.5:5432" },
    /^7 a has 40 connections to 10\.0\.0\.5:5432 open$/,
    "kind:=socket remote:=10.0.0.5:5432",
  ],
  [
    "that are not connected",
    { state: "close" },
    /^7 a has 40 sockets open that are not connected$/,
    "kind:=socket -state:established -state:syn -state:fin-wait -state:close-wait -state:listen",
  ],
  [
    "that the other end has closed",
    { state: "close-wait", remote: "10.0.0.5:5432" },
    /^7 a has 40 sockets open that the other end has closed \(close-wait\)$/,
    "kind:=socket state:close-wait",
  ],
])("sockets %s are said so, and the line lists exactly them", async (_, details, sentence, filter) => {
  const socket = { kind: "socket" as const, path: "socket:[tcp]", stable: 8 };
  const checkpoint = checkpointOf({
    tasks: [{ pid: 7, comm: "a", table: 0 }],
    tables: [[...FDS, 40, 41].map((at) => ({ fd: at, file: at }))],
    files: [
      ...FDS.map(() => ({ ...socket, details })),
      { ...socket, details: { state: "listen" } },
      { ...socket, details: { state: "established", remote: "10.0.0.9:1" } },
    ],
  });
  const page = pageWith({ ...(await open(leakyServer(1))), checkpoint });
  const container = await render(page, <Overview doc={page.doc} />);
  const line = [...container.querySelectorAll("button")].find((each) => sentence.test(each.textContent ?? ""));
  await act(async () => line?.click());
  expect(page.shell.store.get().listings.descriptors.filter).toBe(`pid:7 ${filter}`);
  const mask = filterMask(checkpoint, "descriptors", `pid:7 ${filter}`);
  expect(mask?.reduce((sum, each) => sum + each, 0)).toBe(40);
});

test("without a likely leak, the criteria are shown", async () => {
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

test("categories without results are listed", async () => {
  const { container } = await overview("linux-cr/v23-s1/before.ckpt");
  expect(container.textContent).toMatch(/None: .*, problems\.$/);
  expect(container.textContent).toContain("Deleted but open none");
});
