// @vitest-environment happy-dom
// The inspector: which sections each kind of object has, and what they say.

import { act } from "react";
import { expect, test } from "vitest";
import { changeValues } from "../../app/components/Inspector/change-values.ts";
import { Inspector } from "../../app/components/Inspector/Inspector.tsx";
import type { Image } from "../../app/decoder/image.ts";
import { openImage } from "../../app/decoder/open.ts";
import { kindAt } from "../../app/diff/comparison.ts";
import { isRepeatedAt } from "../../app/diff/describe/resource-at.ts";
import { diff } from "../../app/diff/diff.ts";
import type { Checkpoint } from "../../app/model/checkpoint.ts";
import { taskDetailsOf } from "../../app/model/detail-store.ts";
import { recordOffset } from "../../app/model/records.ts";
import type { Selection } from "../../app/model/related.ts";
import { readResources } from "../../app/resources/read.ts";
import { setSources } from "../support/criu.ts";
import { fixtureBytes, open } from "../support/open.ts";
import { one, pageWith, render } from "../support/render.tsx";
import { checkpointOf } from "../support/state.ts";

/** The inspector with something selected in the sample `server`, whose task 4242 has descriptors 0 to 3. */
const inspect = async (selection: Selection | null) =>
  inspectIn(await open(fixtureBytes("linux-cr/v23-s1/before.ckpt")), selection);

async function inspectIn(image: Image, selection: Selection | null) {
  const page = pageWith(image);
  const container = await render(page, <Inspector doc={page.doc} />);
  await act(async () => page.shell.select(selection));
  const sections = [...container.querySelectorAll("section.inspector-section")];
  const value = (name: string): string | null | undefined =>
    [...container.querySelectorAll(".value")].find((each) => each.querySelector("dt")?.textContent === name)
      ?.lastElementChild?.firstChild?.textContent;
  return {
    ...page,
    container,
    value,
    titles: sections.map((each) => each.querySelector("h3")?.firstChild?.textContent),
  };
}

test("nothing selected: says how to select something", async () => {
  const { container } = await inspect(null);
  expect(container.textContent).toContain("Nothing is selected.");
});

test("a task has its ids and a link to its file table", async () => {
  const { value, shell, container, titles } = await inspect({ to: "task", row: 0 });
  expect(titles[0]).toBe("Values");
  expect(value("pid")).toBe("4242");
  expect(value("file table")).toBe("4 descriptors");
  const link = [...container.querySelectorAll("button")].find((each) => each.textContent === "4 descriptors");
  await act(async () => link?.click());
  expect(shell.store.get().selection).toEqual({ to: "table", row: 0 });
});

test("a file table lists its descriptors with how many holders share a file", async () => {
  const { container, value } = await inspect({ to: "table", row: 0 });
  expect(value("used by")).toBe("4242 server");
  const lines = [...container.querySelectorAll(".descriptor-line")].map((line) => line.textContent);
  expect(lines).toHaveLength(4);
  expect(lines[3]).toBe("3/var/log/app/server.log");
  expect(lines[1]).toMatch(/⟨\d⟩$/);
});

test("a descriptor has its own values, those of its open file, and the other holders", async () => {
  const { container, value, titles } = await inspect({ to: "descriptor", row: 0 });
  expect(titles.slice(0, 2)).toEqual(["Values", "Open file"]);
  expect(value("fd")).toBe("0");
  expect(value("close-on-exec")).toBe("no");
  expect(container.querySelector(".note-shared")?.textContent).toMatch(/shared with 4242 server fd 1/);
});

test("a descriptor names the first other holders, and counts the rest", async () => {
  const fds = Array.from({ length: 9 }, (_, fd) => ({ fd, file: 0 }));
  const checkpoint = checkpointOf({
    tasks: [{ pid: 7, comm: "a", table: 0 }],
    tables: [fds],
    files: [{ kind: "regular", path: "/x", pos: 0n }],
  });
  const image = { ...(await open(fixtureBytes("linux-cr/v23-s1/before.ckpt"))), checkpoint };
  const note = async (selection: Selection) =>
    one((await inspectIn(image, selection)).container, ".note-shared").textContent;
  const [first, last] = [await note({ to: "descriptor", row: 0 }), await note({ to: "descriptor", row: 8 })];
  expect(first).toBe("Position shared with 7 a fd 1, 7 a fd 2, 7 a fd 3, 7 a fd 4, 7 a fd 5 and 3 more.");
  expect(last).toBe("Position shared with 7 a fd 0, 7 a fd 1, 7 a fd 2, 7 a fd 3, 7 a fd 4 and 3 more.");
  expect(await note({ to: "file", row: 0 })).toBe(
    "Position shared by 9 descriptors: 7 a fd 0, 7 a fd 1, 7 a fd 2, 7 a fd 3, 7 a fd 4 and 4 more.",
  );
});

test("an open file has its position and flags, its holders by table, and the fields of its records", async () => {
  const { container, value, titles, doc } = await inspect({ to: "file", row: 1 });
  expect(titles).toContain("Held by");
  expect(value("flags")).toContain("O_");
  // Raw fields come last and are closed.
  expect(container.querySelectorAll("table.fields")).toHaveLength(0);
  await act(async () => one<HTMLButtonElement>(container, ".raw-fields button").click());
  expect(container.querySelectorAll("table.fields").length).toBeGreaterThan(0);
  expect(doc.checkpoint.files.count).toBeGreaterThan(1);
});

test("a record has its place, the object that it describes, and its fields", async () => {
  const page = await inspect({ to: "task", row: 0 });
  const record = page.doc.checkpoint.tasks.record[0] ?? -1;
  const { value, container } = await inspect({ to: "record", row: record });
  expect(Number(value("offset"))).toBe(recordOffset(page.doc.checkpoint.records, record));
  expect(value("describes")).toBe("task 4242 server");
  expect(container.querySelectorAll("table.fields th[scope=row]").length).toBeGreaterThan(1);
});

test("a change of a descriptor has all its values before and after, with the changed ones marked", async () => {
  const { shell } = pageWith(
    await open(fixtureBytes("linux-cr/v23-s1/before.ckpt")),
    await open(fixtureBytes("linux-cr/v23-s1/after.ckpt")),
  );
  const comparison = shell.store.get().compared?.comparison;
  if (comparison === undefined) throw new Error("The two images are not compared");
  const changes = Array.from({ length: comparison.changes.count }, (_, at) => at);
  const moved = changes.find((change) => kindAt(comparison, change) === "file-pos") ?? -1;
  const position = changeValues(comparison, moved).find(({ name }) => name.startsWith("position"));
  expect(position?.differs).toBe(true);
  expect(position?.before).not.toBe(position?.after);
  const opened = changes.find((change) => kindAt(comparison, change) === "fd-opened") ?? -1;
  for (const { before, differs } of changeValues(comparison, opened)) {
    expect(before).toBeNull();
    expect(differs).toBe(false);
  }
});

test("values that differ among the descriptors of a change are listed", () => {
  const image = (path: string, second: boolean) =>
    checkpointOf({
      tasks: [{ pid: 10, comm: "a", table: 0 }],
      tables: [
        [
          { fd: 5, file: 0, closeOnExec: true },
          { fd: 6, file: 0, closeOnExec: second },
        ],
      ],
      files: [{ kind: "regular", path }],
    });
  const comparison = diff(image("/x", true), image("/y", false));
  const change = Array.from({ length: comparison.changes.count }, (_, at) => at).find(
    (each) => kindAt(comparison, each) === "file-path",
  );
  const values = changeValues(comparison, change ?? -1);
  expect(values).toContainEqual({ name: "path", before: "/x", after: "/y", differs: true });
  expect(values).toContainEqual({ name: "close-on-exec", before: "yes", after: "yes, no", differs: true });
});

test("a descriptor that shares its position with no other says so, and which tasks have it", async () => {
  const image = await open(fixtureBytes("../../public/samples/shared-table.ckpt"));
  const { descriptors } = image.checkpoint;
  const row = descriptors.fd.indexOf(3);
  const { container } = await inspectIn(image, { to: "descriptor", row });
  expect(container.textContent).toContain(
    "Position shared with no other descriptor. All 2 tasks of the file table have this one.",
  );
});

test("a change that another one repeats is not listed as another change", async () => {
  const images = [
    await open(fixtureBytes("linux-cr/socket-remote/before.ckpt")),
    await open(fixtureBytes("linux-cr/socket-remote/after.ckpt")),
  ] as const;
  const page = pageWith(...images);
  const { compared } = page.shell.store.get();
  if (compared === null) throw new Error("The two images are not compared");
  const [before, after] = images.map(({ checkpoint }) => checkpoint) as [Checkpoint, Checkpoint];
  const resources = { before: await readResources(images[0]), after: await readResources(images[1]) };
  const comparison = { ...diff(before, after, { resources }), before, after };
  await act(async () => page.shell.store.set({ compared: { ...compared, comparison } }));
  const rows = Array.from(comparison.changes.kind, (_, at) => at);
  expect(rows.some((at) => isRepeatedAt(comparison, at))).toBe(true);
  const container = await render(page, <Inspector doc={page.doc} />);
  const change = rows.find((at) => kindAt(comparison, at) === "file-detail");
  await act(async () => page.shell.selectChange(change ?? -1));
  expect(container.textContent).toContain("remote address");
  expect(container.textContent).not.toContain("Other changes here");
});

test("what is on one side only has no empty column for the other", async () => {
  const page = pageWith(
    await open(fixtureBytes("linux-cr/v23-s1/before.ckpt")),
    await open(fixtureBytes("linux-cr/v23-s1/after.ckpt")),
  );
  const comparison = page.shell.store.get().compared?.comparison;
  if (comparison === undefined) throw new Error("The two images are not compared");
  const container = await render(page, <Inspector doc={page.doc} />);
  const columns = async (kind: string) => {
    const change = Array.from(comparison.changes.kind, (_, at) => at).find((at) => kindAt(comparison, at) === kind);
    await act(async () => page.shell.selectChange(change ?? -1));
    return [...container.querySelectorAll(".values-both thead th")].map((each) => each.textContent);
  };
  expect(await columns("fd-opened")).toEqual(["after"]);
  expect(await columns("file-pos")).toEqual(["before", "after"]);
});

/** The inspector of an open file of the first task of an image. */
async function inspectFd(path: string, fd: number) {
  const page = pageWith(await open(fixtureBytes(path)));
  const { descriptors } = page.doc.checkpoint;
  const container = await render(page, <Inspector doc={page.doc} />);
  await act(async () => page.shell.select({ to: "descriptor", row: descriptors.fd.indexOf(fd) }));
  const entryOf = (name: string) =>
    [...container.querySelectorAll(".value")].find((each) => each.querySelector("dt")?.textContent === name);
  return { ...page, container, entryOf };
}

test("a pipe names the other end, which a click selects", async () => {
  const { entryOf, shell, doc } = await inspectFd("linux-cr/diff-blind/before.ckpt", 3);
  const link = entryOf("other end");
  expect(link?.textContent).toMatch(/20183 \S+ fd 4 pipe:/);
  await act(async () => link?.querySelector("button")?.click());
  const { selection } = shell.store.get();
  expect(selection?.to === "descriptor" && doc.checkpoint.descriptors.fd[selection.row]).toBe(4);
});

test("an epoll names what it watches, and a watched file its epoll", async () => {
  const epoll = await inspectFd("linux-cr/diff-blind/after.ckpt", 7);
  expect(epoll.entryOf("watches")?.textContent).toMatch(/fd 3 .*\(EPOLLIN \| /);
  expect(epoll.entryOf("targets")).toBeUndefined();
  const watched = await inspectFd("linux-cr/diff-blind/after.ckpt", 3);
  expect(watched.entryOf("watched by")?.textContent).toMatch(/fd 7 epoll/);
});

test("an executable and a directory name the tasks that use them", async () => {
  const page = pageWith(await open(fixtureBytes("../../public/samples/services-before.tar")));
  const { checkpoint } = page.doc;
  const container = await render(page, <Inspector doc={page.doc} />);
  const used = async (key: string) => {
    const file = taskDetailsOf(checkpoint, 0)[key];
    await act(async () => page.shell.select({ to: "file", row: Number(file) }));
    return [...container.querySelectorAll(".value")].map((each) => each.textContent);
  };
  expect(await used("exe")).toContainEqual(expect.stringMatching(/^executable of31493 w4-parent/));
  expect(await used("cwd")).toContainEqual(expect.stringMatching(/^working directory of31493 w4-parent/));
});

test("a socket has its addresses and state in words", async () => {
  const { entryOf } = await inspectFd("linux-cr/socket-remote/after.ckpt", 50);
  expect(entryOf("remote address")?.textContent).toContain("127.0.0.1:58216");
  expect(entryOf("state")?.textContent).toContain("established");
});

test("a task has its directories and ids in words", async () => {
  const page = pageWith(await open(fixtureBytes("linux-cr/diff-blind/after.ckpt")));
  const container = await render(page, <Inspector doc={page.doc} />);
  await act(async () => page.shell.select({ to: "task", row: 0 }));
  expect(container.textContent).toContain("working directory/tmp/kern-cases/03-diff-blind");
  expect(container.textContent).toContain("umask0022");
});

test("a changed detail or link is the first of the values of its change", async () => {
  const { shell } = pageWith(
    await open(fixtureBytes("linux-cr/diff-blind/before.ckpt")),
    await open(fixtureBytes("linux-cr/diff-blind/after.ckpt")),
  );
  const comparison = shell.store.get().compared?.comparison;
  if (comparison === undefined) throw new Error("The two images are not compared");
  const first = (kind: string) => {
    const change = Array.from({ length: comparison.changes.count }, (_, at) => at).find(
      (each) => kindAt(comparison, each) === kind,
    );
    return changeValues(comparison, change ?? -1)[0];
  };
  expect(first("file-detail")).toEqual({ name: "count", before: "1", after: "42", differs: true });
  expect(first("file-linked")).toEqual({ name: "other end", before: "fd 4", after: "fd 6", differs: true });
});

test("a value that did not change is written once, across both columns", async () => {
  const page = pageWith(
    await open(fixtureBytes("linux-cr/v23-s1/before.ckpt")),
    await open(fixtureBytes("linux-cr/v23-s1/after.ckpt")),
  );
  const container = await render(page, <Inspector doc={page.doc} />);
  const comparison = page.shell.store.get().compared?.comparison;
  if (comparison === undefined) throw new Error("not compared");
  const change = Array.from({ length: comparison.changes.count }, (_, at) => at).find(
    (at) => kindAt(comparison, at) === "file-pos",
  );
  await act(async () => page.shell.selectChange(change ?? -1));
  const cells = (name: string) => {
    const row = [...container.querySelectorAll(".values-both tbody tr")].find((each) =>
      each.querySelector("th")?.textContent?.startsWith(name),
    );
    return [...(row?.querySelectorAll("td") ?? [])].map(({ colSpan }) => colSpan);
  };
  expect(cells("position")).toEqual([1, 1]);
  expect(cells("path")).toEqual([2]);
});

test("an open file says which tasks map it, and which map another open file of its path", async () => {
  const image = await opened("r1/before");
  const { files, tasks } = image.checkpoint;
  const rowOf = (id: number): number => files.id.indexOf(id);
  const { container, value, shell } = await inspectIn(image, { to: "file", row: rowOf(1) });
  expect(value("executable of")).toBe("25572 res,");
  expect(listed(container, "mapped by")).toEqual(["25572 res (r--p, r-xp, rw-p)", "25575 dropped (r--p, r-xp, rw-p)"]);
  // Each of the two tasks has mapped data.bin through an open file of its own.
  await act(async () => shell.select({ to: "file", row: rowOf(7) }));
  expect(listed(container, "mapped by")).toEqual(["25575 dropped (rw-p, rw-s)"]);
  expect(listed(container, "path mapped by")).toEqual(["25572 res (rw-p, rw-s)"]);
  const link = [...container.querySelectorAll("button")].find((each) => each.textContent === "25575 dropped");
  await act(async () => link?.click());
  expect(shell.store.get().selection).toEqual({ to: "task", row: tasks.pid.indexOf(25575) });
});

test("an open file of Linux-CR says which tasks map it", async () => {
  const image = await open(fixtureBytes("linux-cr/v23-s1/before.ckpt"));
  const { container } = await inspectIn(image, { to: "file", row: image.checkpoint.files.id.indexOf(17) });
  expect(listed(container, "mapped by")).toEqual(["4242 server (r-xp, rw-p)"]);
});

test("a file that nothing maps says nothing of mappings", async () => {
  const { container } = await inspect({ to: "file", row: 1 });
  expect(container.textContent).not.toContain("mapped by");
});

/** The items of a list in the inspector. */
function listed(container: HTMLElement, name: string): (string | null)[] {
  const value = [...container.querySelectorAll(".value")].find(
    (each) => each.querySelector("dt")?.textContent === name,
  );
  return [...(value?.querySelectorAll("li") ?? [])].map((item) => item.textContent);
}

/** A CRIU set of the fixtures. */
async function opened(set: string): Promise<Image> {
  const image = await openImage(setSources(set));
  if ("refused" in image) throw new Error(image.refused);
  return image;
}
