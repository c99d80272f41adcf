// Asks what to do with an image dropped on open ones: compare, replace one of two, open it alone, or add
// it to the files of a set.

import { visible } from "../../model/text/text.ts";
import { counted } from "../../model/text/words.ts";
import { togetherAsSet } from "../../shell/opening/together.ts";
import type { Input } from "../../shell/state.ts";
import { useApp, usePage } from "../context.ts";
import { closeDialog } from "./close.ts";
import { Modal } from "./Modal.tsx";

interface Props {
  readonly input: Input;
  /** Other files, which belong to no image. */
  readonly ignored: number;
}

export function Dropped({ input, ignored }: Props) {
  const { shell } = usePage();
  const [before, after] = useApp((state) => state.docs);
  const name = (text = "") => <span className="mono">{visible(text)}</span>;
  const isPair = before !== undefined && after !== undefined;
  const set = before === undefined || isPair ? null : togetherAsSet(before.input, input);
  return (
    <Modal label={isPair ? "Replace an image or open alone" : "Compare or open instead"}>
      {isPair ? (
        <p>
          {name(before.input.name)} and {name(after.input.name)} are open. Compare {name(input.name)} with one of them,
          or open it alone?
        </p>
      ) : (
        <p>
          {set !== null && <>Add {name(input.name)} to the files of the set that are open? Or </>}
          {set === null ? "Compare" : "compare"} {name(input.name)} with {name(before?.input.name)}, or open it instead?
        </p>
      )}
      {ignored > 0 && <p className="muted">{counted(ignored, "other file")} ignored.</p>}
      <p className="dialog-actions">
        {isPair ? (
          <>
            <button type="button" className="primary" onClick={() => void shell.replace("after", input)}>
              Replace after
            </button>
            <button type="button" onClick={() => void shell.replace("before", input)}>
              Replace before
            </button>
          </>
        ) : (
          <>
            {set !== null && (
              <button type="button" className="primary" onClick={() => void shell.open([set])}>
                Add
              </button>
            )}
            <button
              type="button"
              className={set === null ? "primary" : undefined}
              onClick={() => void shell.compareWith(input)}
            >
              Compare
            </button>
          </>
        )}
        <button type="button" onClick={() => void shell.open([input])}>
          {isPair ? "Open alone" : "Open instead"}
        </button>
        <button type="button" onClick={() => closeDialog(shell)}>
          Cancel
        </button>
      </p>
    </Modal>
  );
}
