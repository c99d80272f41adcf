// The two images of a comparison, when they were taken, and which of them the tables and the tree show.

import { Fragment } from "react";
import type { Side } from "../../model/comparison/side.ts";
import { visible } from "../../model/text/text.ts";
import { timeText, writerText } from "../../model/text/words.ts";
import { orderDoubt, shownOrder } from "../../shell/opening/order.ts";
import type { Doc } from "../../shell/state.ts";
import { CommandButton } from "../CommandButton.tsx";
import { useApp, useCommand, usePage } from "../context.ts";
import { FileName } from "../FileName.tsx";

export function Sides({ docs, side }: { docs: readonly [Doc, Doc]; side: Side }) {
  const { shell } = usePage();
  const order = useApp(shownOrder);
  const doubt = orderDoubt(order);
  return (
    <fieldset className="head-sides">
      <legend className="visually-hidden">Image shown in the tables and the task tree</legend>
      {docs.map((doc, at) => {
        const { checkpoint, dialect } = doc;
        const name = visible(doc.input.name);
        const each: Side = at === 0 ? "before" : "after";
        return (
          <Fragment key={each}>
            {at === 1 && <CommandButton id="swap">⇄</CommandButton>}
            {at === 1 && doubt !== null && (
              <span className="head-order warn" title={order?.reason}>
                {doubt}
              </span>
            )}
            <span className={each === side ? "head-side head-side-on" : "head-side"}>
              <label title={name}>
                <input
                  type="radio"
                  name="side"
                  className="visually-hidden"
                  // The parts of the name in the label would be read as two words.
                  aria-label={`${each} ${name}`}
                  checked={each === side}
                  onChange={() => shell.showSide(each)}
                />
                <span className="muted">{each}</span> <FileName name={name} />
              </label>
              <span className="head-facts muted">
                <button
                  type="button"
                  className="plain head-format"
                  title="Format, evidence and facts"
                  onClick={() => {
                    shell.showSide(each);
                    shell.store.set({ dialog: { kind: "format" } });
                  }}
                >
                  <span className="mono">{visible(writerText(checkpoint))}</span>
                  {dialect !== null && " (manual)"}
                </button>
                {checkpoint.time !== null && <span className="head-time">{timeText(checkpoint.time)}</span>}
                {!checkpoint.complete && <strong className="head-incomplete">incomplete</strong>}
              </span>
              <SideButton side={each} command="replace-side" label={`Replace the image ${each}…`}>
                …
              </SideButton>
              <SideButton side={each} command="close-side" label={`Close the image ${each}`}>
                ×
              </SideButton>
            </span>
          </Fragment>
        );
      })}
    </fieldset>
  );
}

interface SideButtonProps {
  readonly side: Side;
  /** A command about the shown image. */
  readonly command: string;
  readonly label: string;
  readonly children: string;
}

/** Shows the image of a side, and runs a command about it. */
function SideButton({ side, command, label, children }: SideButtonProps) {
  const { shell } = usePage();
  const { run } = useCommand(command);
  const onClick = () => {
    shell.showSide(side);
    run();
  };
  return (
    <button type="button" className="plain head-side-button" aria-label={label} title={label} onClick={onClick}>
      {children}
    </button>
  );
}
