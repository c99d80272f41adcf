// The objects that the records of an image describe.

import { useEffect, useMemo, useState } from "react";
import { type RecordLinks, recordLinks } from "../../model/record-links.ts";
import type { Doc } from "../../shell/state.ts";
import { isLarge } from "../../shell/tables/large.ts";
import { usePage } from "../context.ts";

/** `null` until the worker has linked the records of a large image, and while the image is being decoded. */
export function useRecordLinks({ checkpoint, document }: Doc): RecordLinks | null {
  const { shell } = usePage();
  const now = useMemo(() => (isLarge(checkpoint) ? null : recordLinks(checkpoint)), [checkpoint]);
  const [later, setLater] = useState<{ readonly of: typeof document; readonly links: RecordLinks } | null>(null);
  useEffect(() => {
    if (now !== null || document === null) return;
    const control = new AbortController();
    shell.client.request("recordLinks", { document }, { signal: control.signal }).then(
      (links) => setLater({ of: document, links }),
      (error: unknown) => {
        if (!control.signal.aborted) shell.notify(`Could not link the records to their objects: ${String(error)}`);
      },
    );
    return () => control.abort();
  }, [now, document, shell]);
  if (now !== null) return now;
  return later !== null && later.of === document ? later.links : null;
}
