// @vitest-environment happy-dom
// The rows of a resource that differ between two images.

import { expect, test } from "vitest";
import { ChangedRows } from "../../app/components/Resources/ChangedRows.tsx";
import { diff } from "../../app/diff/diff.ts";
import { resourceNamed } from "../../app/resources/resources.ts";
import { createTable, type Resources as Tables } from "../../app/resources/table.ts";
import { FIRST_RESOURCE } from "../../app/shell/state.ts";
import { resourceShown } from "../../app/shell/tables/resources.ts";
import { fixtureBytes, open } from "../support/open.ts";
import { pageWith, render } from "../support/render.tsx";
import { checkpointOf } from "../support/state.ts";

const NAMESPACES = resourceNamed("namespaces");

/** Three tasks, each in the network namespace with one of these ids. */
function namespaces(ids: readonly number[]) {
  const table = createTable(NAMESPACES);
  table.hold();
  for (const [row, id] of ids.entries()) table.add({ pid: 7 + row, kind: "net", id, own: true }, row, -1);
  return { namespaces: table.finish() };
}

test("a namespace that differs under one id is marked as changed, and one that is only numbered anew is not", async () => {
  const tasks = checkpointOf({
    tasks: [7, 8, 9].map((pid) => ({ pid, comm: "server", table: 0 })),
    tables: [[]],
    files: [],
  });
  const resources = { before: namespaces([1, 1, 1]), after: namespaces([1, 2, 2]) };
  const page = pageWith(await open(fixtureBytes("linux-cr/v23-s1/before.ckpt")));
  const container = await render(
    page,
    <ChangedRows comparison={diff(tasks, tasks, { resources })} spec={NAMESPACES} />,
  );
  const changed = [...container.querySelectorAll(".resource-value-changed")].map(({ textContent }) => textContent);
  expect(changed).toEqual(["1 → 1 (another namespace)"]);
});

test("the first resource shown has changes, else rows, unless another is chosen", () => {
  const tasks = checkpointOf({
    tasks: [7, 8, 9].map((pid) => ({ pid, comm: "server", table: 0 })),
    tables: [[]],
    files: [],
  });
  const mappings = createTable(resourceNamed("mappings"));
  mappings.add({ pid: 7 }, 0, -1);
  const tables: Tables = { ...namespaces([1, 2, 2]), mappings: mappings.finish() };
  const changed = diff(tasks, tasks, { resources: { before: namespaces([1, 1, 1]), after: namespaces([1, 2, 2]) } });
  const same = diff(tasks, tasks, { resources: { before: namespaces([1, 1, 1]), after: namespaces([1, 1, 1]) } });
  expect(resourceShown(FIRST_RESOURCE, tables, changed)).toBe("namespaces");
  expect(resourceShown(FIRST_RESOURCE, tables, same)).toBe("mappings");
  expect(resourceShown(FIRST_RESOURCE, namespaces([1]), null)).toBe("namespaces");
  expect(resourceShown(FIRST_RESOURCE, {}, null)).toBe("mappings");
  expect(resourceShown("sockets", tables, changed)).toBe("sockets");
});
