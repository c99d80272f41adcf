// @vitest-environment happy-dom
// Counts have their thousands separated wherever they are shown.

import { act } from "react";
import { expect, test } from "vitest";
import { Changes } from "../../app/components/Changes/Changes.tsx";
import { useApp } from "../../app/components/context.ts";
import { Inspector } from "../../app/components/Inspector/Inspector.tsx";
import { SideBySide } from "../../app/components/SideBySide/SideBySide.tsx";
import { Grid } from "../../app/components/Tables/Grid.tsx";
import type { Image } from "../../app/decoder/image.ts";
import { ALIGNED_COLUMNS } from "../../app/shell/tables/aligned-cells.ts";
import { pageWith, render, withHeight } from "../support/render.tsx";
import { checkpointOf } from "../support/state.ts";

/** One log that so many tasks hold. */
const image = (tasks: number, position: bigint): Image => ({
  checkpoint: checkpointOf({
    tasks: Array.from({ length: tasks }, (_, at) => ({ pid: 1 + at, comm: "worker", table: at })),
    tables: Array.from({ length: tasks }, () => [{ fd: 1, file: 0 }]),
    files: [{ kind: "regular", path: "/var/log/app.log", pos: position, flags: 1 }],
  }),
  sources: [],
  fields: async () => [],
  details: async () => ({}),
  memory: async () => "",
});

/** Numbers of more than three digits that are not separated. */
const ungrouped = (text: string | null): string[] => text?.match(/(?<![\d,@])\d{4,}(?![\d,])/g) ?? [];

function Compared() {
  const compared = useApp((state) => state.compared);
  return (
    compared && (
      <>
        <Changes compared={compared} />
        <SideBySide compared={compared} />
      </>
    )
  );
}

test("of holders in the inspector and in the table", async () => {
  withHeight(500);
  const page = pageWith(image(1200, 0n));
  const inspector = await render(page, <Inspector doc={page.doc} />);
  await act(async () => page.shell.select({ to: "file", row: 0 }));
  expect(inspector.textContent).toContain("Position shared by 1,200 descriptors");
  expect(inspector.textContent).toContain("and 1,195 more");
  expect(inspector.textContent).toContain("Show 50 more of 1,150");
  await act(async () => page.shell.select({ to: "table", row: 0 }));
  expect(inspector.textContent).toContain("⟨1,200⟩");
  expect(ungrouped(inspector.textContent)).toEqual([]);

  const view = page.shell.store.get().listings.files;
  const grid = await render(
    page,
    <Grid
      doc={page.doc}
      listing="files"
      view={view}
      rows={Uint32Array.of(0)}
      first={new Uint32Array()}
      pending={false}
      widths={null}
    />,
  );
  expect([...grid.querySelectorAll(".grid-cell.shared")].map(({ textContent }) => textContent)).toEqual(["1,200"]);
});

test("of what changed, in the list and side by side", async () => {
  withHeight(500);
  const page = pageWith(image(1200, 0n), image(1300, 7n));
  const container = await render(page, <Compared />);
  await act(async () => page.shell.selectChange(0));
  expect(container.textContent).toContain("⟨1,200 → 1,300⟩");
  const holders = ALIGNED_COLUMNS.find(({ id }) => id === "shared");
  expect(holders?.text(page.doc.checkpoint, 0)).toBe("⟨1,300⟩");
  expect(ungrouped(container.textContent?.replaceAll(/pid \d+/g, "") ?? "")).toEqual([]);
});
