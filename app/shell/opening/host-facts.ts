// Facts of a host among dropped or picked files.

import type { Client } from "../../worker/client.ts";
import type { InputFile } from "../../worker/protocol.ts";
import { type Input, NOTHING_ELSE_SHOWN, type State } from "../state.ts";
import type { Store } from "../store.ts";
import { inputOfFiles } from "./inputs.ts";

/** Most JSON files that are examined: an image's folder may contain many of its own. */
const MOST_LOOKED_AT = 8;

const isCandidate = ({ path }: InputFile): boolean => /\.json$/i.test(path);

/** Whether there may be files of facts in an input. */
export const mayHaveFacts = ({ files }: Input): boolean => files.some(isCandidate);

/**
 * The input without files of facts, which go into the state. `null`: nothing is left. Facts that cannot be read
 * are a failure, as a sentence.
 */
export async function withoutFacts(
  client: Client,
  store: Store<State>,
  input: Input,
  signal: AbortSignal,
): Promise<Input | null> {
  const candidates = input.files.filter(isCandidate).slice(0, MOST_LOOKED_AT);
  const taken = new Set<unknown>();
  for (const candidate of candidates) {
    if (!("file" in candidate)) continue;
    const response = await client.request("facts", { file: candidate.file }, { signal });
    if (response.kind === "other") continue;
    taken.add(candidate);
    if (response.kind === "refused") {
      const advice = "Make them again: ckptscope facts --for IMAGE -o host.json.";
      store.set({ failure: { message: `${candidate.path}: ${response.refused}`, advice } });
      continue;
    }
    const { facts, host, at } = response;
    const { docs } = store.get();
    store.set({
      host: { facts, host, at },
      ...NOTHING_ELSE_SHOWN,
      restoreShown: true,
      tablesShown: true,
      panel: "tables",
      failure: null,
    });
    const what = docs.length === 0 ? ": open an image to compare it with them" : "";
    store.set({ notice: `Facts of ${host} opened${what}` });
  }
  if (taken.size === 0) return input;
  const left = inputOfFiles(input.files.filter((file) => !taken.has(file)));
  return left === null ? null : { ...input, ...left };
}

/** Leaves out the facts. */
export const closeFacts = (store: Store<State>): void => store.set({ host: null });
