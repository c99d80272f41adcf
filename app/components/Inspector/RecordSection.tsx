// Where a record is, and which object it describes.

import type { Checkpoint } from "../../model/checkpoint.ts";
import { recordLength, recordOffset } from "../../model/records.ts";
import { objectOfRecord } from "../../model/related.ts";
import type { RecordRow } from "../../model/rows.ts";
import { describe } from "../../shell/objects/describe.ts";
import { ObjectLink } from "./links.tsx";
import { hex, Section, Value } from "./Section.tsx";

export function RecordValues({ checkpoint, record }: { checkpoint: Checkpoint; record: RecordRow }) {
  const object = objectOfRecord(checkpoint, record);
  const described = object && describe(checkpoint, object);
  const offset = recordOffset(checkpoint.records, record);
  const length = recordLength(checkpoint.records, record);
  return (
    <Section title="Values">
      <dl>
        <Value name="offset" copy={String(offset)}>
          {offset} <span className="muted">{hex(offset)}</span>
        </Value>
        <Value name="length" copy={String(length)}>
          {length} <span className="muted">bytes</span>
        </Value>
        {object && described && (
          <Value name="describes">
            <ObjectLink {...object}>
              {described.word} {described.name}
            </ObjectLink>
          </Value>
        )}
      </dl>
    </Section>
  );
}
