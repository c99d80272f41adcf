// Files of an image set that are dropped one after the other.

import { memberOfName } from "../../decoder/criu/format/member-names.ts";
import type { Input } from "../state.ts";
import { inputOfFiles } from "./inputs.ts";

/** Two inputs as one image set; `null`: they are not loose files of a set, or have files of the same name. */
export function togetherAsSet(first: Input, second: Input): Input | null {
  const files = [...first.files, ...second.files];
  const isPart = files.every(({ path }) => !path.includes("/") && memberOfName(path) !== null);
  if (!isPart || new Set(files.map(({ path }) => path)).size < files.length) return null;
  const { handles = [] } = first;
  const { handles: added = [] } = second;
  return inputOfFiles(files, handles.length > 0 && added.length > 0 ? [...handles, ...added] : []);
}
