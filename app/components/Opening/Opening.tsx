// How far an opening is. Shown only once it takes long enough to be worth a look.

import { bytes, counted } from "../../shell/describe.ts";
import { CommandButton } from "../CommandButton.tsx";
import { useApp } from "../context.ts";
import "./Opening.css";

export function Opening() {
  const opening = useApp((state) => state.opening);
  if (opening === null || !opening.slow) return null;
  const { name, progress } = opening;
  return (
    <section className="opening" aria-label="Opening">
      <progress aria-label={`Opening ${name}`} {...(progress && { value: progress.bytes, max: progress.size || 1 })} />
      <p>
        <span className="opening-name mono">{name}</span>
        {progress && (
          <span className="muted mono">
            {bytes(progress.bytes)} of {bytes(progress.size)} · {counted(progress.objects, "object")}
          </span>
        )}
        <CommandButton id="cancel">Cancel</CommandButton>
      </p>
    </section>
  );
}
