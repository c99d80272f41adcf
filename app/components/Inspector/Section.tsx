// The building blocks of the inspector: a section with a heading, and a named value.

import type { ReactNode } from "react";
import { copy as copyAndNotify } from "../../shell/commands/actions.ts";
import { usePage } from "../context.ts";
import { Wrapped } from "../Wrapped.tsx";

interface ValueProps {
  readonly name: string;
  readonly children: ReactNode;
  /** The text of its copy button, or what makes it; without it there is none. */
  readonly copy?: string | (() => string);
}

/** A named value. */
export function Value({ name, children, copy }: ValueProps) {
  const { shell } = usePage();
  return (
    <div className="value">
      <dt>{name}</dt>
      <dd className="mono">
        {typeof children === "string" ? <Wrapped text={children} /> : children}
        {copy !== undefined && copy !== "" && (
          <button
            type="button"
            className="plain value-copy"
            aria-label={`Copy ${name}`}
            onClick={() => void copyAndNotify(shell, typeof copy === "string" ? copy : copy(), name)}
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

/** A number in hex: `0x1000`. */
export const hex = (value: number | bigint): string => `0x${value.toString(16)}`;
