// The banner above the views: an image that failed to open, errors in the image, or notes on a comparison.

import type { Verdict } from "../../model/comparison/earlier.ts";
import { stillVisible } from "../../model/text/text.ts";
import { grouped } from "../../model/text/words.ts";
import { describeIncomplete } from "../../shell/opening/incomplete.ts";
import { describeOrder, shownOrder } from "../../shell/opening/order.ts";
import { reachedLimit, shownDoc } from "../../shell/selectors.ts";
import type { Compared } from "../../shell/state.ts";
import { CommandButton } from "../CommandButton.tsx";
import { useApp, usePage } from "../context.ts";

export function Banner() {
  const { shell } = usePage();
  const failure = useApp((state) => state.failure);
  const doc = useApp(shownDoc);
  const compared = useApp((state) => state.compared);
  const order = useApp(shownOrder);
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
  if (compared !== null) return hidden ? null : <Notes compared={compared} order={order} />;
  const errors = doc.checkpoint.problems.filter(({ severity }) => severity === "error");
  // The user can act on a limit that was reached, so it comes first.
  const first = errors.find(({ limit }) => limit !== undefined) ?? errors[0];
  if (first === undefined || hidden || doc.document === null) return null;
  return (
    <div className="banner banner-error" role="status">
      <p>
        {stillVisible(first.message)}
        {first.offset !== null && <span className="mono muted"> at {first.offset}</span>}
        {errors.length > 1 && <span className="muted"> and {grouped(errors.length - 1)} more</span>}
      </p>
      {reachedLimit(doc) !== null && <CommandButton id="raise-limit">Raise the limit</CommandButton>}
      <button type="button" onClick={() => shell.showListing("problems")}>
        Show all problems
      </button>
      <button type="button" onClick={() => shell.store.set({ bannerHidden: true })}>
        Dismiss
      </button>
    </div>
  );
}

/** Notes on a comparison: images that are incomplete, or that look unrelated. */
function Notes({ compared, order }: { compared: Compared; order: Verdict | null }) {
  const { shell } = usePage();
  const { before, after, pairs } = compared.comparison;
  const left = pairs.tasksLeftOut;
  const canRaise = useApp((state) => state.docs.some((doc) => reachedLimit(doc) !== null));
  const doubts = describeOrder(order);
  // The notes of the comparison can repeat why the images look unrelated, and which of them is earlier.
  const isNew = (note: string): boolean => !doubts.some((doubt) => doubt.startsWith(note));
  const notes = new Set([
    ...doubts,
    ...describeIncomplete(before, after),
    ...compared.unrelated.filter(isNew),
    ...compared.comparison.notes.map(({ message }) => message).filter(isNew),
    ...(left > 0
      ? [`The descriptors of ${grouped(left)} tasks were not compared, because there would be too many pairs.`]
      : []),
  ]);
  if (notes.size === 0) return null;
  return (
    <div className="banner banner-note" role="status">
      <ul>
        {[...notes].map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
      {canRaise && <CommandButton id="raise-limit">Raise the limit</CommandButton>}
      {[before, after].some(({ complete }) => !complete) && (
        <button type="button" onClick={() => shell.showListing("problems")}>
          Show all problems
        </button>
      )}
      <button type="button" onClick={() => shell.store.set({ bannerHidden: true })}>
        Dismiss
      </button>
    </div>
  );
}
