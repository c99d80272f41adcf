// The images that were opened last, if the browser allows the page to open them again.

import { useEffect, useState } from "react";
import { visible } from "../../model/text/text.ts";
import { counted, timeText } from "../../model/text/words.ts";
import { pageStorage } from "../../shell/opening/link-memory.ts";
import { forgetRecent, listRecent, type Recent as Opening, openRecent } from "../../shell/opening/recent.ts";
import { countSeen, forgetSeen } from "../../shell/seen.ts";
import { usePage } from "../context.ts";

const nameOf = ({ inputs }: Opening): string => inputs.map(({ name }) => visible(name)).join(" and ");

/** `closed`: names of the files that a reload closed, which come first. */
export function Recent({ closed }: { closed: readonly string[] }) {
  const { shell } = usePage();
  const [recent, setRecent] = useState<readonly Opening[]>([]);
  useEffect(() => {
    let mounted = true;
    void listRecent().then((list) => mounted && setRecent(list));
    return () => {
      mounted = false;
    };
  }, []);
  if (recent.length === 0) return <SeenMarks />;
  const again = recent.find(
    ({ inputs }) => closed.length > 0 && inputs.map(({ name }) => name).join() === closed.join(),
  );
  const forget = (id?: number): void => {
    // Removed from the page only after it has been forgotten.
    if (id === undefined) forgetSeen(pageStorage());
    const rest = () => setRecent((listed) => (id === undefined ? [] : listed.filter((each) => each.id !== id)));
    void forgetRecent(id).then(rest);
  };
  return (
    <section aria-label="Recent images">
      {again && (
        <p className="empty-open">
          <button type="button" onClick={() => void openRecent(shell, again)}>
            Open {nameOf(again)} again
          </button>
        </p>
      )}
      <h2 className="muted">
        Recent{" "}
        <button type="button" className="link" onClick={() => forget()}>
          forget all
        </button>
      </h2>
      <ul className="empty-samples">
        {recent.map((each) => (
          <li key={each.id}>
            <button type="button" className="link" onClick={() => void openRecent(shell, each)}>
              {nameOf(each)}
            </button>
            {each.inputs.length === 2 && <span className="empty-pair">before and after</span>}
            <span className="muted">opened {timeText(Math.floor(each.time / 1000))}</span>
            <button
              type="button"
              className="link"
              aria-label={`Forget ${nameOf(each)}`}
              onClick={() => forget(each.id)}
            >
              forget
            </button>
          </li>
        ))}
      </ul>
      <p className="muted">Only this browser remembers where these files are; their contents are not stored.</p>
      <SeenMarks />
    </section>
  );
}

/** The comparisons in which changes are marked as seen, which this browser remembers by hashes. */
function SeenMarks() {
  const [pairs, setPairs] = useState(() => countSeen(pageStorage()));
  if (pairs === 0) return null;
  const forget = (): void => {
    forgetSeen(pageStorage());
    setPairs(0);
  };
  return (
    <p className="muted">
      This browser remembers which changes of {counted(pairs, "comparison")} you marked as seen.{" "}
      <button type="button" className="link" onClick={forget}>
        Forget seen changes
      </button>
    </p>
  );
}
