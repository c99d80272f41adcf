// What a task was started with, each part behind a click: arguments and environment may contain secrets.

import { useState } from "react";
import type { TaskRow } from "../../model/rows.ts";
import type { StartedResponse } from "../../worker/memory-protocol.ts";
import type { DocumentId } from "../../worker/protocol.ts";
import { Section } from "./Section.tsx";
import { useResponse } from "./useResponse.ts";

const PARTS = [
  ["cmdline", "Arguments"],
  ["environ", "Environment"],
  ["auxv", "Auxiliary vector"],
] as const;

export function Started({ document, task }: { document: DocumentId; task: TaskRow }) {
  return (
    <Section title="Started with" note="from memory; may contain secrets">
      {PARTS.map(([what, title]) => (
        <Part key={`${what} ${task}`} document={document} task={task} what={what} title={title} />
      ))}
    </Section>
  );
}

interface PartProps {
  readonly document: DocumentId;
  readonly task: TaskRow;
  readonly what: keyof StartedResponse;
  readonly title: string;
}

function Part({ document, task, what, title }: PartProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{title}</summary>
      {isOpen && <Values document={document} task={task} what={what} />}
    </details>
  );
}

function Values({ document, task, what }: Omit<PartProps, "title">) {
  const loaded = useResponse("started", { document, task, what });
  if (loaded.state === "waiting") return <p className="muted">Reading…</p>;
  if (loaded.state === "failed") return <p className="warn">{loaded.message}</p>;
  const values = loaded.response[what];
  if (values === null) return <p className="muted">Not in the image.</p>;
  if (values.length === 0) return <p className="muted">None.</p>;
  return (
    <ol className="started mono">
      {values.map((text, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: arguments have no other name
        <li key={at}>{text === "" ? <span className="muted">(empty)</span> : text}</li>
      ))}
    </ol>
  );
}
