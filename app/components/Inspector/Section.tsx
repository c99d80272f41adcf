// What the inspector's parts are made of: a section with its heading, and a value with its name.

import type { ReactNode } from "react";
import { copyText } from "../../shell/save.ts";
import { usePage } from "../context.ts";

/** A value with a way to copy it. */
export function Value({ name, children, copy }: { name: string; children: ReactNode; copy?: string }) {
  const { shell } = usePage();
  return (
    <div className="value">
      <dt>{name}</dt>
      <dd className="mono">
        {children}
        {copy !== undefined && copy !== "" && (
          <button
            type="button"
            className="plain value-copy"
            aria-label={`Copy ${name}`}
            onClick={() => void copyText(copy).then((done) => done && shell.notify(`Copied ${name}.`))}
          >
            copy
          </button>
        )}
      </dd>
    </div>
  );
}

/** A part of the inspector under a heading. */
export function Section({ title, children, note }: { title: string; children: ReactNode; note?: string }) {
  return (
    <section className="inspector-section">
      <h3>
        {title} {note && <span className="muted">{note}</span>}
      </h3>
      {children}
    </section>
  );
}
