// What stands in the way, above everything: an opening that failed, an image with errors.

import { visible } from "../../model/text.ts";
import { count } from "../../shell/describe.ts";
import { shownDoc } from "../../shell/state.ts";
import { useApp, usePage } from "../context.ts";

export function Banner() {
  const { shell } = usePage();
  const failure = useApp((state) => state.failure);
  const doc = useApp(shownDoc);
  const hidden = useApp((state) => state.bannerHidden);
  if (doc === null) return null;
  if (failure !== null) {
    return (
      <div className="banner banner-error" role="alert">
        <p>
          {failure.message} <span className="muted">{failure.advice}</span>
        </p>
        <button type="button" onClick={() => shell.store.set({ failure: null })}>
          Dismiss
        </button>
      </div>
    );
  }
  const errors = doc.checkpoint.problems.filter(({ severity }) => severity === "error");
  const [first] = errors;
  if (first === undefined || hidden || doc.document === null) return null;
  return (
    <div className="banner banner-error" role="status">
      <p>
        {visible(first.message)}
        {first.offset !== null && <span className="mono muted"> at {first.offset}</span>}
        {errors.length > 1 && <span className="muted"> and {count(errors.length - 1)} more</span>}
      </p>
      <button type="button" onClick={() => shell.store.set({ tab: "problems", panel: "tables", tablesShown: true })}>
        See all problems
      </button>
      <button type="button" onClick={() => shell.store.set({ bannerHidden: true })}>
        Dismiss
      </button>
    </div>
  );
}
