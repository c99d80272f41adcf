// @vitest-environment happy-dom
// Long lists render only the rows in view; here, without a layout, none. aria-activedescendant is then absent: a
// reference to an element that does not exist is an accessibility fault.

import type { ReactNode } from "react";
import { expect, test } from "vitest";
import { Changes } from "../../app/components/Changes/Changes.tsx";
import { useApp } from "../../app/components/context.ts";
import { SideBySide } from "../../app/components/SideBySide/SideBySide.tsx";
import { Tables } from "../../app/components/Tables/Tables.tsx";
import { Tree } from "../../app/components/Tree/Tree.tsx";
import type { Compared } from "../../app/shell/state.ts";
import { fixtureBytes, open } from "../support/open.ts";
import { one, pageWith, render } from "../support/render.tsx";

const images = () =>
  Promise.all(["before", "after"].map(async (side) => open(fixtureBytes(`linux-cr/v23-s1/${side}.ckpt`))));

function WithCompared({ children }: { children: (compared: Compared) => ReactNode }) {
  const compared = useApp((state) => state.compared);
  return compared && children(compared);
}

const lists: Record<string, (page: ReturnType<typeof pageWith>) => ReactNode> = {
  tasks: ({ doc }) => <Tree doc={doc} />,
  tables: ({ doc }) => <Tables doc={doc} />,
  changes: () => <WithCompared>{(compared) => <Changes compared={compared} />}</WithCompared>,
  "side by side": () => <WithCompared>{(compared) => <SideBySide compared={compared} />}</WithCompared>,
};

test.for(Object.keys(lists))("%s: aria-activedescendant leads to an element or is left out", async (name) => {
  const page = pageWith(...(await images()));
  page.shell.selectChange(0);
  const container = await render(page, lists[name]?.(page));
  const list = one(container, "[tabindex='0'][role=tree], [role=grid]");
  const id = list.getAttribute("aria-activedescendant");
  if (id !== null) expect(document.getElementById(id), id).not.toBeNull();
});
