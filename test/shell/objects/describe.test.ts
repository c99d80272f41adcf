// How many descriptors a table has, in one image and on both sides of a comparison.

import { expect, test } from "vitest";
import { diff } from "../../../app/diff/diff.ts";
import { descriptorsText } from "../../../app/shell/objects/describe.ts";
import { checkpointOf } from "../../support/state.ts";

const image = (fds: number, more: number) =>
  checkpointOf({
    tasks: [
      { pid: 1, comm: "a", table: 0 },
      { pid: more, comm: "b", table: 1 },
    ],
    tables: [Array.from({ length: fds }, (_, fd) => ({ fd, file: 0 })), [{ fd: 0, file: 0 }]],
    files: [{ kind: "regular", path: "/log", pos: 0n }],
  });

test("the descriptors of a table are counted on both sides of a comparison", () => {
  const comparison = diff(image(3, 2), image(2, 3));
  const { before, after } = comparison;
  expect(descriptorsText(before, 0, comparison)).toBe("3 → 2");
  expect(descriptorsText(after, 0, comparison)).toBe("3 → 2");
  // The table of a task that is gone, and of a new one.
  expect(descriptorsText(before, 1, comparison)).toBe("1");
  expect(descriptorsText(after, 1, comparison)).toBe("1");
  expect(descriptorsText(after, 0, null)).toBe("2");
  const same = diff(image(3, 2), image(3, 2));
  expect(descriptorsText(same.after, 0, same)).toBe("3");
});
