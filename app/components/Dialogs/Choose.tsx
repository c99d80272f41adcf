// Lists the images among the given files; one can be opened, or two compared.

import { type FormEvent, useState } from "react";
import { earlierOf } from "../../model/comparison/earlier.ts";
import { visible } from "../../model/text/text.ts";
import { counted, grouped, sizeText, timeText } from "../../model/text/words.ts";
import { describeOrder } from "../../shell/opening/order.ts";
import { shownDoc } from "../../shell/selectors.ts";
import type { Choice } from "../../shell/state.ts";
import { useApp, usePage } from "../context.ts";
import { closeDialog } from "./close.ts";
import { Modal } from "./Modal.tsx";

/** Rows that are listed at once; a filter reaches the others. */
const MOST_ROWS = 100;
/** With more images than this, a filter is shown. */
const FILTERED = 12;

interface Props {
  readonly choices: readonly Choice[];
  /** How many images there are; `choices` may be fewer. */
  readonly count: number;
  readonly ignored: number;
}

export function Choose({ choices, count, ignored }: Props) {
  const { shell } = usePage();
  const open = useApp(shownDoc);
  const [picked, setPicked] = useState<readonly Choice[]>([]);
  const [filter, setFilter] = useState("");
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const matching = choices.filter(({ summary }) => words.every((word) => summary.name.toLowerCase().includes(word)));
  const rows = matching.slice(0, MOST_ROWS);
  const [first, second] = picked;
  const toggle = (choice: Choice) =>
    // If three are picked, the first one is dropped.
    setPicked(picked.includes(choice) ? picked.filter((each) => each !== choice) : [...picked, choice].slice(-2));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (picked.length > 0) void shell.choose(picked);
  };
  return (
    <Modal label="Choose images" className="choose">
      <form onSubmit={submit}>
        <p>{counted(count, "image")} found. Pick one to open, or two to compare.</p>
        {choices.length > FILTERED && (
          <p>
            <input
              type="search"
              aria-label="Filter images"
              placeholder="Filter by name"
              value={filter}
              onChange={(event) => setFilter(event.target.value)}
            />
          </p>
        )}
        <ChoiceTable rows={rows} picked={picked} onToggle={toggle} />
        {(matching.length > rows.length || count > choices.length) && (
          <p className="muted">
            {grouped(count - choices.length + matching.length - rows.length)} more not listed. Drop fewer files to see
            them.
          </p>
        )}
        {ignored > 0 && <p className="muted">{counted(ignored, "other file")} ignored.</p>}
        <p className="muted" role="status">
          {first !== undefined && second !== undefined && <PairOrder first={first} second={second} />}
        </p>
        <p className="dialog-actions">
          <button type="submit" className="primary" disabled={first === undefined}>
            {second === undefined ? "Open" : "Compare"}
          </button>
          {open !== null && first !== undefined && second === undefined && (
            <button type="button" onClick={() => void shell.compareWith(first.input)}>
              Compare with {visible(open.input.name)}
            </button>
          )}
          <button type="button" onClick={() => closeDialog(shell)}>
            Cancel
          </button>
        </p>
      </form>
    </Modal>
  );
}

/** Which of two picked images will be before. */
function PairOrder({ first, second }: { first: Choice; second: Choice }) {
  const order = earlierOf(first.summary, second.summary);
  const [before, after] = order.earlier === "first" ? [first, second] : [second, first];
  const [doubt] = describeOrder({ ...order, earlier: "first" });
  return (
    <>
      <span className="mono">{visible(before.summary.name)}</span> →{" "}
      <span className="mono">{visible(after.summary.name)}</span>. {doubt ?? order.reason}
    </>
  );
}

interface TableProps {
  readonly rows: readonly Choice[];
  readonly picked: readonly Choice[];
  onToggle(choice: Choice): void;
}

function ChoiceTable({ rows, picked, onToggle }: TableProps) {
  const { shell } = usePage();
  return (
    <div className="choose-rows">
      <table>
        <thead>
          <tr>
            <th scope="col">Image</th>
            <th scope="col">Kind</th>
            <th scope="col">Taken</th>
            <th scope="col" className="choose-number">
              Tasks
            </th>
            <th scope="col" className="choose-number">
              Size
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((choice) => {
            const { name, format, tasks, bytes } = choice.summary;
            return (
              <tr key={name} onDoubleClick={() => void shell.choose([choice])}>
                <td>
                  <label className="mono">
                    <input type="checkbox" checked={picked.includes(choice)} onChange={() => onToggle(choice)} />{" "}
                    {visible(name)}
                  </label>
                </td>
                <td>{format === "criu" ? "CRIU" : "Linux-CR"}</td>
                <td className="mono">{takenText(choice)}</td>
                <td className="mono choose-number">{tasks === null ? "" : grouped(tasks)}</td>
                <td className="mono choose-number">{sizeText(bytes)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** When an image was taken, or else when its file was modified. */
function takenText({ summary: { time, packedTime, fileTime } }: Choice): string {
  if (time !== null) return timeText(time);
  const modified = packedTime ?? fileTime;
  return modified === null ? "" : `file: ${timeText(Math.floor(modified))}`;
}
