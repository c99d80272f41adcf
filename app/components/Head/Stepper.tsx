// The number of changes, which one is selected, and buttons for the next and previous.

import { placeOfChange } from "../../diff/lists/listed.ts";
import { changeSentence } from "../../export/changes/changes-text.ts";
import { counted, grouped } from "../../model/text/words.ts";
import { groupsOf } from "../../shell/selectors.ts";
import { CommandButton } from "../CommandButton.tsx";
import { useApp } from "../context.ts";

export function Stepper() {
  const compared = useApp((state) => state.compared);
  const change = useApp((state) => state.change);
  const groups = useApp(groupsOf);
  if (compared === null) return null;
  const { comparison } = compared;
  const total = compared.listed.count;
  if (total === 0) return <span className="head-stepper">no changes</span>;
  return (
    <span className="head-stepper">
      <CommandButton id="previous-change">
        <span aria-hidden="true">‹</span>
        <span className="visually-hidden">Previous change</span>
      </CommandButton>
      <span className="head-stepper-at">
        {change === null || groups === null ? (
          counted(total, "change")
        ) : (
          <>
            {`${grouped(placeOfChange(comparison, groups.change, change))} of ${grouped(total)}`}
            <span className="head-stepper-noun">{total === 1 ? " change" : " changes"}</span>
          </>
        )}
      </span>
      <CommandButton id="next-change">
        <span aria-hidden="true">›</span>
        <span className="visually-hidden">Next change</span>
      </CommandButton>
      <span className="visually-hidden" aria-live="polite">
        {change === null ? "" : changeSentence(comparison, change)}
      </span>
    </span>
  );
}
