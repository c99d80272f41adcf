// One request to the worker for as long as a component is on the page.

import { useEffect, useState } from "react";
import type { RequestKind, Requests } from "../../worker/protocol.ts";
import { usePage } from "../context.ts";

export type Answered<T> =
  | { readonly state: "waiting" }
  | { readonly state: "answered"; readonly response: T }
  | { readonly state: "failed"; readonly message: string };

/**
 * Sends the request when the component mounts and cancels it when it unmounts. A different request needs a component
 * with a different `key`.
 */
export function useResponse<K extends RequestKind>(
  kind: K,
  request: Requests[K]["request"],
): Answered<Requests[K]["response"]> {
  const { shell } = usePage();
  const [answered, setAnswered] = useState<Answered<Requests[K]["response"]>>({ state: "waiting" });
  // biome-ignore lint/correctness/useExhaustiveDependencies: one request for each mounted component
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
