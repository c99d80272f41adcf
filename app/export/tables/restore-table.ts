// What a restore compares, as CSV.

import type { HostRow } from "../../checks/host/report.ts";
import { delimitedLine } from "./delimited.ts";

const TITLES = ["group", "what", "use", "recorded", "actual", "state", "pid", "fd"];

/** A line for each thing that was compared, the titles first. */
export function* restoreTable(rows: readonly HostRow[]): Generator<string> {
  yield delimitedLine(TITLES, ",");
  for (const { group, what, use, recorded, actual, state, subject } of rows) {
    const { pid, fd } = subject;
    yield delimitedLine([group, what, use, recorded, actual ?? "", state, String(pid ?? ""), String(fd ?? "")], ",");
  }
}
