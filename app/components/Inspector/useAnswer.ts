// An answer of the worker for as long as a component is shown. The component's `key` tells questions apart.

import { useEffect, useState } from "react";
import type { QuestionKind, Questions } from "../../worker/protocol.ts";
import { usePage } from "../context.ts";

export type Answered<T> =
  | { readonly state: "waiting" }
  | { readonly state: "answered"; readonly answer: T }
  | { readonly state: "failed"; readonly message: string };

/** Asks once; cancels when the component goes. */
export function useAnswer<K extends QuestionKind>(kind: K, ask: Questions[K]["ask"]): Answered<Questions[K]["answer"]> {
  const { shell } = usePage();
  const [answered, setAnswered] = useState<Answered<Questions[K]["answer"]>>({ state: "waiting" });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a question is asked once for each component
  useEffect(() => {
    const control = new AbortController();
    shell.client.ask(kind, ask, { signal: control.signal }).then(
      (answer) => setAnswered({ state: "answered", answer }),
      (error: unknown) => {
        if (control.signal.aborted) return;
        setAnswered({ state: "failed", message: error instanceof Error ? error.message : String(error) });
      },
    );
    return () => control.abort();
  }, []);
  return answered;
}
