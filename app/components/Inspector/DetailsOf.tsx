// What the format knows about an open file beyond the common columns.

import type { Details, DetailValue } from "../../model/fields.ts";
import type { FileRow } from "../../model/rows.ts";
import { visible } from "../../model/text.ts";
import type { DocumentId } from "../../worker/protocol.ts";
import { Section, Value } from "./Section.tsx";
import { useResponse } from "./useResponse.ts";

export function DetailsOf({ document, file }: { document: DocumentId; file: FileRow }) {
  const answered = useResponse("details", { document, file });
  if (answered.state === "waiting") return null;
  if (answered.state === "failed") {
    return (
      <Section title="Details">
        <p className="warn">{answered.message}</p>
      </Section>
    );
  }
  const lines = flatten(answered.response);
  if (lines.length === 0) return null;
  return (
    <Section title="Details">
      <dl>
        {lines.slice(0, MOST).map(([name, text]) => (
          <Value key={name} name={visible(name)} copy={text}>
            {visible(text)}
          </Value>
        ))}
      </dl>
      {lines.length > MOST && <p className="muted">{lines.length - MOST} more in the JSON export</p>}
    </Section>
  );
}

/** Lines shown at most. */
const MOST = 200;

/** Nested values as lines with dotted names, empty ones left out. Not recursive: an image can nest them arbitrarily deep. */
export function flatten(details: Details): [string, string][] {
  const lines: [string, string][] = [];
  const open: [string, DetailValue][] = Object.entries(details).reverse();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [name, value] = next;
    if (value === null || typeof value !== "object") lines.push([name, value === null ? "" : String(value)]);
    else for (const [key, inner] of Object.entries(value).reverse()) open.push([`${name}.${key}`, inner]);
  }
  return lines.filter(([, text]) => text !== "");
}
