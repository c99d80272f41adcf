// The progress of opening an image. Shown only once opening has taken a while.

import { CommandButton } from "../CommandButton.tsx";
import { useApp } from "../context.ts";
import "./Opening.css";
import { counted, sizeText } from "../../model/words.ts";

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
            {sizeText(progress.bytes)} of {sizeText(progress.size)} · {counted(progress.objects, "object")}
          </span>
        )}
        <CommandButton id="cancel">Cancel</CommandButton>
      </p>
    </section>
  );
}
