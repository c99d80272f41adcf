// An answer of the worker for as long as a component is shown. The component's `key` tells questions apart.

import { useEffect, useState } from "react";
import type { RequestKind, Requests } from "../../worker/protocol.ts";
import { usePage } from "../context.ts";

export type Answered<T> =
  | { readonly state: "waiting" }
  | { readonly state: "answered"; readonly response: T }
  | { readonly state: "failed"; readonly message: string };

/** Asks once; cancels when the component goes. */
export function useResponse<K extends RequestKind>(
  kind: K,
  request: Requests[K]["request"],
): Answered<Requests[K]["response"]> {
  const { shell } = usePage();
  const [answered, setAnswered] = useState<Answered<Requests[K]["response"]>>({ state: "waiting" });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a question is asked once for each component
  useEffect(() => {
    const control = new AbortController();
    shell.client.request(kind, request, { signal: control.signal }).then(
      (response) => setAnswered({ state: "answered", response }),
      (error: unknown) => {
        if (control.signal.aborted) return;
        setAnswered({ state: "failed", message: error instanceof Error ? error.message : String(error) });
      },
    );
    return () => control.abort();
  }, []);
  return answered;
}
