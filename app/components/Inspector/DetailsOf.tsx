// What the format knows about an open file or a task beyond the common columns.

import type { Checkpoint } from "../../model/checkpoint.ts";
import { type DetailSpec, detailText, fileDetail, taskDetail } from "../../model/detail-keys.ts";
import { detailsOf, taskDetailsOf } from "../../model/detail-store.ts";
import type { Details, DetailValue } from "../../model/fields.ts";
import { linksOf } from "../../model/links.ts";
import { u8At } from "../../model/read.ts";
import type { FileRow, TaskRow } from "../../model/rows.ts";
import { stillVisible } from "../../model/text/text.ts";
import { fileName, grouped } from "../../model/text/words.ts";
import { TASK_FILES } from "../../shell/objects/uses.ts";
import { ObjectLink } from "./links.tsx";
import { Section, Value } from "./Section.tsx";

export function DetailsOf({ checkpoint, file }: { checkpoint: Checkpoint; file: FileRow }) {
  const kind = u8At(checkpoint.files.kind, file);
  const roles = new Set(linksOf(checkpoint, file).map(({ role }) => role));
  const lines = linesOf(detailsOf(checkpoint, file), (key) => fileDetail(key, kind))
    // Links have a section of their own, listed by the descriptors at the other end.
    .filter(({ spec }) => spec.role === undefined || !roles.has(spec.role));
  return lines.length === 0 ? null : (
    <Section title="Details">
      <Lines lines={lines} />
    </Section>
  );
}

/** Details of a task. Its executable and directories are open files of the image, where the format has these. */
export function DetailsOfTask({ checkpoint, task }: { checkpoint: Checkpoint; task: TaskRow }) {
  const details = taskDetailsOf(checkpoint, task);
  const files = (Object.keys(TASK_FILES) as (keyof typeof TASK_FILES)[]).filter(
    (key) => typeof details[key] === "number",
  );
  const lines = linesOf(
    Object.fromEntries(Object.entries(details).filter(([key]) => !files.some((file) => file === key))),
    taskDetail,
  );
  if (files.length + lines.length === 0) return null;
  return (
    <Section title="Details">
      <dl>
        {files.map((key) => (
          <Value key={key} name={taskDetail(key).title}>
            <ObjectLink to="file" row={details[key] as FileRow}>
              {fileName(checkpoint, details[key] as FileRow)}
            </ObjectLink>
          </Value>
        ))}
      </dl>
      <Lines lines={lines} />
    </Section>
  );
}

interface Line {
  readonly key: string;
  readonly spec: DetailSpec;
  readonly text: string;
}

function linesOf(details: Details, specOf: (key: string) => DetailSpec): Line[] {
  return Object.entries(details)
    .filter(([, value]) => !isEmpty(value))
    .map(([key, value]) => {
      const spec = specOf(key);
      return { key, spec, text: detailText(spec, value) };
    });
}

const isEmpty = (value: DetailValue): boolean =>
  value === null || value === "" || (typeof value === "object" && Object.keys(value).length === 0);

/** Lines shown, and characters of each, at most. */
const MOST = 200;
const MOST_CHARACTERS = 2000;

function Lines({ lines }: { lines: readonly Line[] }) {
  return (
    <>
      <dl>
        {lines.slice(0, MOST).map(({ key, spec, text }) => (
          <Value key={key} name={spec.title} copy={text}>
            {stillVisible(text.slice(0, MOST_CHARACTERS))}
            {text.length > MOST_CHARACTERS && "…"}
          </Value>
        ))}
      </dl>
      {lines.length > MOST && <p className="muted">{grouped(lines.length - MOST)} more in the JSON export</p>}
    </>
  );
}
