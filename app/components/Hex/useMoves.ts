// Moves the cursor by keys. A move that depends on fields still being fetched waits for them, and so do later moves:
// the effect of a key must not depend on the speed of the worker.

import { useLayoutEffect, useRef } from "react";

/** `moved`: the selection changes, and later moves start from there. `stayed`: there is nothing to move to. */
export type MoveResult = "moved" | "stayed" | "waiting";

/** A move from the state that is rendered when it is made. */
export type Move<Context> = (context: Context) => MoveResult;

/** Returns a function that makes a move, now or once the moves before it are made. */
export function useMoves<Context>(context: Context): (move: Move<Context>) => void {
  const latest = useRef(context);
  latest.current = context;
  const queue = useRef<Move<Context>[]>([]);
  const run = () => {
    for (let [move] = queue.current; move !== undefined; [move] = queue.current) {
      const result = move(latest.current);
      if (result === "waiting") return;
      queue.current.shift();
      // The next move starts from the selection of the next render.
      if (result === "moved") return;
    }
  };
  // After every render: it may have brought fields or the selection of the last move.
  useLayoutEffect(run);
  return (move) => {
    queue.current.push(move);
    run();
  };
}
