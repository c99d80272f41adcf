// Fields that CRIU 4.2 does not write are named wherever they are, also among many that are the same.

import { expect, test } from "vitest";
import { decodeCriuSet } from "../../../../app/decoder/criu/index.ts";
import { bytesSource } from "../../../../app/decoder/source.ts";
import { imageBytes, inventoryAndTree, type Message } from "../../../support/criu-set.ts";

const action: Message = [
  [1, 0],
  [2, 2 ** 40],
  [3, 0],
  [4, 0],
];

/** What is named in a set with these signal actions. */
async function namedWith(actions: readonly Message[], further: Message = []): Promise<string> {
  const task: Message = [[1, 1], [2, 0], ...actions.map((each) => [15, each] as const), ...further];
  const { members } = inventoryAndTree(1);
  const core = imageBytes("CORE", [
    [
      [1, 1],
      [3, task],
    ],
  ]);
  const sources = [...members, ["core-1000.img", core] as const].map(([name, bytes]) => bytesSource(name, bytes));
  const { checkpoint } = await decodeCriuSet(sources);
  return checkpoint.problems.find(({ code }) => code === "newer-criu")?.message.replace(/^.*write: /, "") ?? "";
}

const many = (count: number): Message[] => Array.from({ length: count }, () => action);

test.each<readonly [string, readonly Message[], Message, string]>([
  ["none", many(62), [], ""],
  ["the first", [[...action, [300, 1]], ...many(9)], [], "field 300 of sa_entry."],
  ["one among others", [...many(9), [...action, [60, 1]], ...many(9)], [], "field 60 of sa_entry."],
  [
    "two of the same length",
    [...many(9), [[61, 0], ...action.slice(1)], [[62, 0], ...action.slice(1)]],
    [],
    "field 61 of sa_entry, field 62 of sa_entry.",
  ],
  [
    "numbers that repeat",
    [],
    [
      [70, 1],
      [70, 1],
      [71, 300],
      [71, 2],
    ],
    "field 70 of task_core_entry, field 71 of task_core_entry.",
  ],
  [
    "messages that repeat",
    [],
    [
      [80, "a"],
      [80, "a"],
      [80, "b"],
    ],
    "field 80 of task_core_entry.",
  ],
])("%s", async (_name, actions, further, named) => {
  expect(await namedWith(actions, further)).toBe(named);
});
