// @vitest-environment happy-dom
// Side by side: changed values, changed details, and kinds of change that are switched off.

import { act } from "react";
import { expect, test, vi } from "vitest";
import { useApp } from "../../app/components/context.ts";
import { changeValues } from "../../app/components/Inspector/change-values.ts";
import { fitColumns, MOST_SAMPLED, measuredColumns } from "../../app/components/SideBySide/columns.ts";
import { PairCells } from "../../app/components/SideBySide/PairCells.tsx";
import { SideBySide } from "../../app/components/SideBySide/SideBySide.tsx";
import { CHANGE_KINDS, mirrored } from "../../app/diff/changes.ts";
import { diff } from "../../app/diff/diff.ts";
import { eventsOf } from "../../app/diff/lists/events.ts";
import { hiddenByKind } from "../../app/diff/lists/filter.ts";
import { listed } from "../../app/diff/lists/listed.ts";
import { withoutHidden } from "../../app/diff/lists/without-hidden.ts";
import type { Compared } from "../../app/shell/state.ts";
import {
  ALIGNED_COLUMNS,
  type AlignedColumn,
  columnChanged,
  detailChanges,
  hidesHolders,
} from "../../app/shell/tables/aligned-cells.ts";
import { fixtureBytes, open } from "../support/open.ts";
import { descriptorsOfPairs } from "../support/pairs.ts";
import { pageWith, render, withHeight } from "../support/render.tsx";
import { checkpointOf } from "../support/state.ts";

function Both() {
  const compared = useApp((state) => state.compared);
  return compared && <SideBySide compared={compared} />;
}

const pair = async (name: string) =>
  pageWith(
    await open(fixtureBytes(`linux-cr/${name}/before.ckpt`)),
    await open(fixtureBytes(`linux-cr/${name}/after.ckpt`)),
  );

const comparedOf = async (name: string): Promise<Compared> => {
  const { compared } = (await pair(name)).shell.store.get();
  if (compared === null) throw new Error("The two images are not compared");
  return compared;
};

const none = new Uint8Array(0);

test("changed details and links are in a column of their own, with their titles", async () => {
  const { comparison } = await comparedOf("diff-blind");
  const all = (hidden: Uint8Array) => {
    const details = detailChanges(comparison, hidden);
    return Array.from({ length: comparison.pairs.descriptors.count }, (_, row) => details(row)).flat();
  };
  const details = all(none);
  expect(details).toContainEqual({ title: "count", before: "1", after: "42" });
  expect(details).toContainEqual({ title: "peer held by", before: "fd 11", after: "fd 13" });
  expect(measuredColumns(comparison, detailChanges(comparison, none), true).map(({ column }) => column.id)).toContain(
    "details",
  );
  expect(all(hiddenByKind(comparison.changes, ["file-detail", "file-linked"]))).toEqual([]);
});

test("columns without changes step back first, and what changed keeps its width", async () => {
  const compared = await comparedOf("socket-remote");
  const measured = measuredColumns(compared.comparison, detailChanges(compared.comparison, none), true);
  const wide = fitColumns(measured, compared, 2000);
  const scarce = fitColumns(measured, compared, 500);
  const changed = measured.filter(({ changed: width }) => width > 0).map(({ column }) => column.id);
  expect(scarce.columns.length).toBeLessThan(wide.columns.length);
  expect(scarce.columns.map(({ id }) => id)).toEqual(expect.arrayContaining(["path", ...changed]));
  expect(scarce.least).toBeGreaterThan(500);
});

test("measuring makes no texts of columns that have not changed, but for the first changes", () => {
  const moved = (pos: bigint) =>
    checkpointOf({
      tasks: [{ pid: 1, comm: "a", table: 0 }],
      tables: [Array.from({ length: 500 }, (_, fd) => ({ fd, file: fd }))],
      files: Array.from({ length: 500 }, (_, at) => ({ kind: "regular" as const, path: `/srv/${at}`, pos, flags: 2 })),
    });
  const [before, after] = [moved(0n), moved(1n)];
  const comparison = { ...diff(before, after), before, after };
  const texts = ALIGNED_COLUMNS.map(
    ({ id }, at) => [id, vi.spyOn(ALIGNED_COLUMNS[at] as AlignedColumn, "text")] as const,
  );
  measuredColumns(comparison, detailChanges(comparison, none), true);
  const calls = Object.fromEntries(texts.map(([id, { mock }]) => [id, mock.calls.length]));
  for (const [, text] of texts) text.mockRestore();
  expect(calls).toMatchObject({ pos: 1000, path: 2 * MOST_SAMPLED, flags: 2 * MOST_SAMPLED });
});

test("what is left of the room goes to values that would be cut off, and then to the paths", async () => {
  const compared = await comparedOf("socket-remote");
  const widest: Readonly<Record<string, number>> = { path: 30, flags: 12 };
  const measured = ALIGNED_COLUMNS.filter(({ id }) => id in widest).map((column) => ({
    column,
    changed: 0,
    widest: widest[column.id] ?? 0,
  }));
  const { least } = fitColumns(measured, compared, null);
  const flagsIn = (room: number) => Number(/(\d+)px$/.exec(fitColumns(measured, compared, room).template)?.[1]);
  expect(flagsIn(least)).toBe(40);
  expect(flagsIn(least + 400)).toBe(101);
  expect(fitColumns(measured, compared, least).pathRoom).toBe(25);
  expect(fitColumns(measured, compared, least + 400).pathRoom).toBe(44);
});

test("a kind that is switched off is neither marked nor called unchanged", async () => {
  const { comparison } = await comparedOf("v23-s1");
  expect(withoutHidden(comparison, none)).toBe(comparison);
  const all = hiddenByKind(comparison.changes, CHANGE_KINDS);
  expect([...withoutHidden(comparison, all).changed].every((bits) => bits === 0)).toBe(true);
  const page = await pair("v23-s1");
  const container = await render(page, <Both />);
  await act(async () => page.shell.store.set({ off: CHANGE_KINDS }));
  expect(container.querySelectorAll(".cell-differs, .cell-gone, .cell-added")).toHaveLength(0);
  expect(container.textContent).not.toMatch(/\d unchanged/);
});

test("a click on a line of images that have just been swapped selects what the line shows", async () => {
  withHeight(4000);
  const page = await pair("v23-s1");
  const { shell } = page;
  const container = await render(page, <Both />);
  await act(async () => shell.store.set({ onlyChanges: false }));
  const { docs, compared } = shell.store.get();
  const [before, after] = docs;
  if (!before || !after || compared === null) throw new Error("The two images are not compared");
  const pick = (kind: string) => [...container.querySelectorAll<HTMLElement>(`.line-${kind}`)];
  const own = new Map<HTMLElement, readonly unknown[]>();
  const shown = () => {
    const { selection, side, change, compared: now } = shell.store.get();
    const doc = shell.store.get().docs[side === "before" ? 0 : 1];
    const name = change === null || now === null ? null : now.tools.nameOfChange(now.comparison, change);
    return [selection, doc?.checkpoint, name && { ...name, kind: now === compared ? name.kind : mirrored(name.kind) }];
  };
  for (const line of [...pick("pair"), ...pick("section")]) {
    await act(async () => line.click());
    own.set(line, shown());
  }
  expect(own.size).toBeGreaterThan(5);
  const swapped = { ...diff(after.checkpoint, before.checkpoint), before: after.checkpoint, after: before.checkpoint };
  const other = { ...compared, comparison: swapped, events: eventsOf(swapped), listed: listed(swapped) };
  for (const [line, expected] of own) {
    await act(async () => shell.store.set({ docs, compared, selection: null, change: null }));
    await act(async () => {
      shell.store.set({ docs: [after, before], compared: other, side: "before", selection: null, change: null });
      line.click();
      expect(shown(), line.textContent).toEqual(expected);
    });
  }
});

test("every number of holders that differs is marked, unless a change that could be the reason is hidden", async () => {
  // A worker closed access_log: the others' descriptors of it have not changed, but have a holder less.
  const { comparison } = await comparedOf("v16-s4");
  const measured = measuredColumns(comparison, detailChanges(comparison, none), true);
  expect(measured.find(({ column }) => column.id === "shared")?.changed).toBeGreaterThan(0);
  const { before, after, pairs, changed } = comparison;
  const shared = ALIGNED_COLUMNS.find(({ id }) => id === "shared") as AlignedColumn;
  let quiet = 0;
  const rowsAfter = descriptorsOfPairs(pairs.descriptors, "after");
  descriptorsOfPairs(pairs.descriptors, "before").forEach((rowBefore, at) => {
    const rowAfter = rowsAfter[at] as number;
    if (rowBefore < 0 || rowAfter < 0) return;
    const bits = changed[at] as number;
    const texts = [shared.text(before, rowBefore), shared.text(after, rowAfter)] as const;
    expect(columnChanged(shared, bits, ...texts)).toBe(texts[0] !== texts[1]);
    if (texts[0] !== texts[1] && (bits & shared.bits) === 0) quiet++;
  });
  expect(quiet).toBeGreaterThan(0);
  expect(hidesHolders(comparison, none)).toBe(false);
  expect(hidesHolders(comparison, hiddenByKind(comparison.changes, ["file-pos"]))).toBe(false);
  expect(hidesHolders(comparison, hiddenByKind(comparison.changes, ["fd-closed"]))).toBe(true);
});

test("a descriptor that is shared with others than before, but with as many, has no number marked", async () => {
  // fd 0 of task 1 shares its file with fd 0 of task 2 before, and with that of task 3 after.
  const image = (files: readonly number[], firstId: number) =>
    checkpointOf(
      {
        tasks: files.map((_, at) => ({ pid: at + 1, comm: "a", table: at })),
        tables: files.map((at) => [{ fd: 0, file: at }]),
        files: [0, 1].map(() => ({ kind: "regular" as const, path: "/srv/log", pos: 0n, flags: 1 })),
      },
      { firstId },
    );
  const page = pageWith({ checkpoint: image([0, 0, 1], 1) } as never, { checkpoint: image([0, 1, 0], 900) } as never);
  const { compared } = page.shell.store.get();
  if (compared === null) throw new Error("The two images are not compared");
  const { comparison } = compared;
  const [change] = Array.from({ length: comparison.changes.count }, (_, at) => at);
  const holders = changeValues(comparison, change ?? -1).find(({ name }) => name === "holders");
  // Of both descriptors that share the file now.
  expect(holders).toEqual({ name: "holders", before: "⟨2⟩, ⟨1⟩", after: "⟨2⟩", differs: true });
  const cells = { comparison, columns: ALIGNED_COLUMNS, details: [], holdersCount: true, pathRoom: 40, changeRoom: 40 };
  const rows = [0, 1, 2];
  const rowsIn = (one: boolean) =>
    render(
      page,
      rows.map((row) => <PairCells key={row} {...cells} pair={row} one={one} />),
    );
  const changes = (await rowsIn(true)).querySelectorAll(".cell-differs");
  const texts = Array.from(changes, ({ textContent }) => textContent);
  expect(texts).toEqual(["other holders", "holders ⟨2⟩ → ⟨1⟩", "holders ⟨1⟩ → ⟨2⟩"]);
  const marked = (await rowsIn(false)).querySelectorAll(".cell-differs");
  expect(Array.from(marked, (cell) => cell.firstChild?.textContent)).toEqual(["⟨2⟩", "⟨1⟩", "⟨1⟩", "⟨2⟩"]);
});

test("flags that changed have a tooltip in the column of changes, which can be too narrow for them", async () => {
  const image = (flags: number, firstId: number) =>
    checkpointOf(
      {
        tasks: [{ pid: 1, comm: "a", table: 0 }],
        tables: [[{ fd: 0, file: 0 }]],
        files: [{ kind: "regular", path: "/srv/log", pos: 0n, flags }],
      },
      { firstId },
    );
  const page = pageWith({ checkpoint: image(0o4002, 1) } as never, { checkpoint: image(0o2001, 900) } as never);
  const { compared } = page.shell.store.get();
  if (compared === null) throw new Error("The two images are not compared");
  const cells = { columns: ALIGNED_COLUMNS, details: [], holdersCount: true, one: true, pathRoom: 40, changeRoom: 40 };
  const container = await render(page, <PairCells comparison={compared.comparison} pair={0} {...cells} />);
  const changed = container.querySelector(".cell-differs");
  expect(changed?.textContent).toBe("flags rw nonblock → w append");
  expect(changed?.getAttribute("title")).toBe("flags rw nonblock → w append");
});

test("what is shorter than the least that is kept of long details is not made wider", async () => {
  const { comparison } = await comparedOf("diff-blind");
  const cells = { columns: ALIGNED_COLUMNS, holdersCount: true, one: true, pathRoom: 40, changeRoom: 40 };
  const details = [
    { title: "rows", before: "1", after: "2" },
    { title: "columns", before: "80", after: "132" },
  ];
  const container = await render(
    pageWith(await open(fixtureBytes("linux-cr/diff-blind/before.ckpt"))),
    <PairCells comparison={comparison} pair={0} details={details} {...cells} />,
  );
  const shown = [...container.querySelectorAll("[title*=→]")].map(({ className }) => className);
  expect(shown).toEqual(["cell-differs", "cell-differs both-detail"]);
});

test("the column of close-on-exec is not called exec, which would say the opposite", () => {
  expect(ALIGNED_COLUMNS.map(({ title }) => title)).toContain("cloexec");
});
