// The rows of the list of changes: an event, and a change.

import type { ReactNode } from "react";
import type { Comparison } from "../../diff/comparison.ts";
import { changeSentence, changeWords, taskTitle } from "../../export/changes-text.ts";
import { eventWords } from "../../export/event-text.ts";
import { i32At, u32At } from "../../model/read.ts";
import { counted } from "../../model/words.ts";
import { holdersLabel } from "../../shell/holders.ts";
import type { GroupBy } from "../../shell/state.ts";
import { Sign } from "../Sign.tsx";
import { Wrapped } from "../Wrapped.tsx";

/** The position of a row of either kind. */
export interface Place {
  readonly row: number;
  /** Pixels from the top of the list. */
  readonly top: number;
  /** Pixels; `null`: as high as its text. */
  readonly height: number | null;
  measure(element: HTMLElement | null): void;
}

interface ItemProps extends Place {
  readonly id: string;
  readonly level: 1 | 2;
  readonly selected: boolean;
  readonly seen: boolean;
  readonly title: string;
  readonly className: string;
  /** For an event: whether its changes are listed. */
  readonly expanded?: boolean;
  onSelect(): void;
  readonly children: ReactNode;
}

function Item({ id, level, selected, seen, title, className, expanded, onSelect, children, ...place }: ItemProps) {
  const classes = [className, `change-level-${level}`, selected && "row-selected", seen && "change-seen"];
  return (
    <div
      id={id}
      ref={place.measure}
      data-index={place.row}
      role="treeitem"
      aria-level={level}
      aria-selected={selected}
      aria-expanded={expanded}
      tabIndex={-1}
      className={classes.filter(Boolean).join(" ")}
      style={{ transform: `translateY(${place.top}px)`, ...(place.height !== null && { height: place.height }) }}
      title={title}
      onClick={onSelect}
    >
      {children}
    </div>
  );
}

interface EventProps {
  readonly comparison: Comparison;
  readonly event: number;
  /** Its changes that are not hidden. */
  readonly changes: Uint32Array;
  readonly groupBy: GroupBy;
  readonly open: boolean;
  readonly selected: boolean;
  readonly seen: boolean;
  readonly place: Place;
  onSelect(): void;
}

export function EventItem({ comparison, event, changes, groupBy, open, selected, seen, place, onSelect }: EventProps) {
  const first = u32At(changes, 0);
  const { taskBefore, taskAfter } = comparison.changes;
  const words =
    groupBy === "task"
      ? { sign: null, text: taskTitle(comparison, i32At(taskBefore, first), i32At(taskAfter, first)) }
      : eventWords(comparison, changes);
  return (
    <Item
      {...place}
      id={`event-${event}`}
      level={1}
      selected={selected}
      seen={seen}
      title={words.text}
      className={groupBy === "task" ? "event event-task" : "event"}
      expanded={open}
      onSelect={onSelect}
    >
      <span className="event-fold" aria-hidden="true">
        {open ? "▾" : "▸"}
      </span>
      {words.sign !== null && <Sign sign={words.sign} />}
      <span className="change-text">
        <Wrapped text={words.text} /> <span className="muted event-count">{counted(changes.length, "change")}</span>
        {seen && <Seen />}
      </span>
    </Item>
  );
}

interface ChangeProps {
  readonly comparison: Comparison;
  readonly change: number;
  readonly level: 1 | 2;
  /** Whether the heading above names its task. */
  readonly inTask: boolean;
  readonly selected: boolean;
  readonly seen: boolean;
  readonly place: Place;
  onSelect(): void;
}

export function ChangeItem({ comparison, change, level, inTask, selected, seen, place, onSelect }: ChangeProps) {
  const within = i32At(comparison.changes.pid, change);
  const { sign, who, first, name, what, uncertain } = changeWords(comparison, change, inTask ? { within } : {});
  const holders = holdersLabel(comparison, change);
  // The first holder goes before the name, the others after what has changed.
  const others = who.slice(first.length).replace(/^[ ,+]+/, "");
  return (
    <Item
      {...place}
      id={`change-${change}`}
      level={level}
      selected={selected}
      seen={seen}
      title={changeSentence(comparison, change)}
      className="change"
      onSelect={onSelect}
    >
      <Sign sign={sign} />
      <span className="change-text">
        <span className="change-who">
          <Wrapped text={first} /> {name !== "" && <Wrapped text={name} />}
          {holders !== "" && (
            <>
              {" "}
              <span className="shared unbroken" title={holdersTitle(holders)}>
                {holders}
              </span>
            </>
          )}
        </span>
        <span className="change-what">
          {uncertain && <span className="uncertain">uncertain</span>} <Wrapped text={what} />
          {others !== "" && (
            <span className="change-others">
              {" "}
              · with <Wrapped text={others} />
            </span>
          )}
          {seen && <Seen />}
        </span>
      </span>
    </Item>
  );
}

const Seen = () => <span className="change-seen-mark"> ✓ seen</span>;

const holdersTitle = (label: string): string => `Descriptors that refer to this open file: ${label.slice(1, -1)}`;
