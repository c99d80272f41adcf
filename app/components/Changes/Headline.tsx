// What changed, in one sentence above the list of changes. The worker writes it.

import { useEffect, useState } from "react";
import type { HiddenChanges } from "../../diff/lists/filter.ts";
import type { Docs } from "../../shell/state.ts";
import { usePage } from "../context.ts";
import { Wrapped } from "../Wrapped.tsx";

/** Its id in the document. */
export const HEADLINE = "changes-headline";

/** `hidden`: changes that it leaves out. While the worker writes a new sentence, the previous one is shown. */
export function Headline({ docs, hidden }: { docs: Docs; hidden: HiddenChanges }) {
  const { shell } = usePage();
  const [text, setText] = useState("");
  const [before, after] = docs.map(({ document }) => document);
  useEffect(() => {
    if (before == null || after == null) return;
    const control = new AbortController();
    shell.client.request("headline", { before, after, hidden }, { signal: control.signal }).then(setText, (error) => {
      if (!control.signal.aborted) shell.notify(`Could not summarise the changes: ${String(error)}`);
    });
    return () => control.abort();
  }, [before, after, hidden, shell]);
  if (text === "") return null;
  return (
    <p id={HEADLINE} className="changes-headline">
      <Wrapped text={text} />
    </p>
  );
}
