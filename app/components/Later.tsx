// Renders the parts of the page one after another, each in a task of its own. All in one would block the page for
// longer than a user's click or key should wait.

import { type ReactNode, startTransition, useEffect, useState } from "react";

interface LaterProps {
  /** How many tasks after what is around it, from 1 on. */
  readonly turn: number;
  /** Whether these tasks may begin. Once they have, it does not matter any more. */
  readonly mayBegin?: boolean;
  readonly children: ReactNode;
}

/** Renders its children in a later task, and nothing until then. */
export function Later({ turn, mayBegin = true, children }: LaterProps) {
  const [done, setDone] = useState(0);
  useEffect(() => {
    // As a transition, it is rendered in a task of its own, with pauses, and after what is urgent.
    if (done < turn && (done > 0 || mayBegin)) startTransition(() => setDone(done + 1));
  }, [done, turn, mayBegin]);
  return done < turn ? null : children;
}
