// @vitest-environment happy-dom
// Side by side: changed values, changed details, and kinds of change that are switched off.

import { act } from "react";
import { expect, test, vi } from "vitest";
import { useApp } from "../../app/components/context.ts";
import { fitColumns, measuredColumns } from "../../app/components/SideBySide/columns.ts";
import { SideBySide } from "../../app/components/SideBySide/SideBySide.tsx";
import { CHANGE_KINDS } from "../../app/diff/changes.ts";
import { hiddenByKind } from "../../app/diff/filter.ts";
import { withoutHidden } from "../../app/diff/without-hidden.ts";
import { ALIGNED_COLUMNS, detailChanges } from "../../app/shell/aligned-cells.ts";
import type { Compared } from "../../app/shell/state.ts";
import { fixtureBytes, open } from "../support/open.ts";
import { pageWith, render } from "../support/render.tsx";

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
  expect(details).toContainEqual({ title: "peer", before: "fd 11", after: "fd 13" });
  expect(measuredColumns(comparison, detailChanges(comparison, none)).map(({ column }) => column.id)).toContain(
    "details",
  );
  expect(all(hiddenByKind(comparison.changes, ["file-detail", "file-linked"]))).toEqual([]);
});

test("columns without changes step back first, and what changed keeps its width", async () => {
  const compared = await comparedOf("socket-remote");
  const measured = measuredColumns(compared.comparison, detailChanges(compared.comparison, none));
  const wide = fitColumns(measured, compared, 2000);
  const scarce = fitColumns(measured, compared, 500);
  const changed = measured.filter(({ changed: width }) => width > 0).map(({ column }) => column.id);
  expect(scarce.columns.length).toBeLessThan(wide.columns.length);
  expect(scarce.columns.map(({ id }) => id)).toEqual(expect.arrayContaining(["path", ...changed]));
  expect(scarce.least).toBeGreaterThan(500);
});

test("measuring makes no texts of columns that have not changed", async () => {
  const { comparison } = await comparedOf("v23-s1");
  const unchanged = { ...comparison, changed: comparison.changed.map(() => 0) };
  const texts = ALIGNED_COLUMNS.map((column) => vi.spyOn(column, "text"));
  measuredColumns(unchanged, detailChanges(unchanged, none));
  expect(texts.map(({ mock }) => mock.calls.length)).toEqual(texts.map(() => 0));
  measuredColumns(comparison, detailChanges(comparison, none));
  expect(texts.some(({ mock }) => mock.calls.length > 0)).toBe(true);
  for (const text of texts) text.mockRestore();
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
