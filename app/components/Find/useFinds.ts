// Runs the search for a query, and the user's choice among its results.

import { useEffect, useRef, useState } from "react";
import type { Comparison } from "../../diff/comparison.ts";
import type { Checkpoint } from "../../model/checkpoint.ts";
import { find } from "../../shell/objects/find.ts";
import { type Found, type FoundInBoth, findInBoth } from "../../shell/objects/find-both.ts";

/** Results, and the query they belong to: typing is ahead of searching. */
interface Response {
  readonly query: string;
  readonly finds: FoundInBoth;
}

/** The user pressed Enter before the search for `query` had a result at `index`. */
interface PendingChoice {
  readonly query: string;
  readonly index: number;
  /** Characters typed since: keys of the page if a result is found, else more of the query. */
  readonly held: string[];
}

export interface FindSearch {
  /** What was found last. While a new query is running, these are the results of the old one. */
  readonly finds: FoundInBoth;
  /**
   * Selects result `index` of a query, now or as soon as it is found. `query` is the text in the box: what was rendered
   * may be older.
   */
  choose(query: string, index: number): void;
  /** Keeps a character that is typed while a choice waits for its result. Returns whether it did. */
  hold(character: string): boolean;
  /** Cancels a choice whose result has not been found yet. */
  forgetChoice(): void;
}

const NOTHING: Response = { query: "", finds: { found: [], total: 0, done: true } };

/**
 * `comparison`: both of its images are searched; null: a single image is. `held`: what was typed after the choice, and
 * before it was known.
 */
export function useFinds(
  checkpoint: Checkpoint,
  comparison: Comparison | null,
  query: string,
  onChoice: (found: Found, held: readonly string[]) => void,
  onNothing: (held: readonly string[]) => void,
): FindSearch {
  const [response, setResponse] = useState(NOTHING);
  /** The newest response, which may not be rendered yet. A choice acts on this one. */
  const newest = useRef(NOTHING);
  const pending = useRef<PendingChoice | null>(null);

  /** Selects the pending choice if its result is there. */
  const settle = () => {
    const choice = pending.current;
    const { query: answered, finds } = newest.current;
    if (choice === null || choice.query !== answered) return;
    const object = finds.found[choice.index];
    if (object === undefined && !finds.done) return;
    pending.current = null;
    if (object !== undefined) onChoice(object, choice.held);
    else if (choice.held.length > 0) onNothing(choice.held);
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: a search runs once for each query
  useEffect(() => {
    const control = new AbortController();
    const onResults = (finds: FoundInBoth): void => {
      newest.current = { query, finds };
      setResponse(newest.current);
      settle();
    };
    if (comparison !== null) void findInBoth(comparison, query, control.signal, onResults);
    else {
      void find(checkpoint, query, control.signal, ({ found, ...rest }) =>
        onResults({ ...rest, found: found.map((object) => ({ side: "before", object })) }),
      );
    }
    return () => control.abort();
  }, [checkpoint, comparison, query]);

  return {
    finds: response.finds,
    choose(typed, index) {
      // An index belongs to the results that were rendered; for another query, the best result is chosen.
      pending.current = {
        query: typed,
        index: response.query === typed ? index : 0,
        held: pending.current?.held ?? [],
      };
      settle();
    },
    hold(character) {
      pending.current?.held.push(character);
      return pending.current !== null;
    },
    forgetChoice() {
      pending.current = null;
    },
  };
}
