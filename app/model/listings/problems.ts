// The columns of problems.

import { NONE } from "../checkpoint.ts";
import { visible } from "../text/text.ts";
import type { Column } from "./column.ts";
import { numberColumn } from "./make.ts";

export const PROBLEMS: readonly Column[] = [
  {
    id: "severity",
    title: "Severity",
    groups: true,
    about: "error, warning or note",
    width: 9,
    searched: true,
    text: (c, row) => c.problems[row]?.severity ?? "",
  },
  numberColumn(
    { id: "offset", title: "Offset", about: "where, in bytes", width: 11, searched: true },
    (c, row) => c.problems[row]?.offset ?? Number.NaN,
  ),
  {
    id: "message",
    title: "What",
    about: "what is wrong",
    width: 80,
    least: 20,
    searched: true,
    text: (c, row) => c.problems[row]?.message ?? "",
  },
  {
    id: "code",
    title: "Code",
    groups: true,
    about: "identifies the kind of problem",
    width: 24,
    searched: true,
    text: (c, row) => c.problems[row]?.code ?? "",
  },
  {
    id: "member",
    title: "Member",
    about: "the file of the set that it is in",
    width: 18,
    text: (c, row) => visible(c.members[c.problems[row]?.member ?? NONE]?.name ?? ""),
  },
];
