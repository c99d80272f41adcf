// The progress of opening an image, or of making a file. Shown only once it has taken a while.

import { CommandButton } from "../CommandButton.tsx";
import { useApp } from "../context.ts";
import "./Opening.css";
import { counted, sizeText } from "../../model/text/words.ts";

export function Opening() {
  const opening = useApp((state) => state.opening);
  const saving = useApp((state) => state.saving);
  const shown = opening ?? saving;
  if (shown === null || !shown.slow) return null;
  const { name, progress } = shown;
  const what = opening === null ? "Saving" : "Opening";
  // The final length of a file is not always known; an opening without a size has just begun.
  const isMeasured = progress !== null && (opening !== null || progress.size > 0);
  return (
    <section className="opening" aria-label={what}>
      <progress
        aria-label={`${what} ${name}`}
        {...(isMeasured && { value: progress.bytes, max: progress.size || 1 })}
      />
      <p>
        <span className="opening-name mono">{name}</span>
        {progress && (
          <span className="muted mono">
            {sizeText(progress.bytes)}
            {isMeasured && ` of ${sizeText(progress.size)}`}
            {opening !== null && ` · ${counted(progress.objects, "object")}`}
          </span>
        )}
        <CommandButton id="cancel">Cancel</CommandButton>
      </p>
    </section>
  );
}
