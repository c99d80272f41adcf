// The rows of the list of changes: an event, and a change.

import { memo, type ReactNode, useMemo } from "react";
import type { Comparison } from "../../diff/comparison.ts";
import { type Events, shownChanges } from "../../diff/lists/events.ts";
import type { HiddenChanges } from "../../diff/lists/filter.ts";
import { changeSentence, changeWords, taskTitle } from "../../export/changes/changes-text.ts";
import { eventWords } from "../../export/changes/event-text.ts";
import { i32At, u32At } from "../../model/read.ts";
import { counted } from "../../model/text/words.ts";
import { holdersLabel } from "../../shell/objects/holders.ts";
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

interface EventProps extends Place {
  readonly comparison: Comparison;
  readonly groups: Events;
  readonly hidden: HiddenChanges;
  readonly event: number;
  readonly groupBy: GroupBy;
  readonly seen: ReadonlySet<number>;
  readonly open: boolean;
  readonly selected: boolean;
  onFold(event: number, isOpened: boolean): void;
}

/** Its texts are made once: a row is placed again once the rows above it have been measured. */
export const EventItem = memo(function EventItem({
  comparison,
  groups,
  hidden,
  event,
  groupBy,
  seen,
  open,
  selected,
  onFold,
  ...place
}: EventProps) {
  const changes = useMemo(() => shownChanges(groups, hidden, event), [groups, hidden, event]);
  const words = useMemo(() => {
    if (groupBy === "event") return eventWords(comparison, changes);
    const first = u32At(changes, 0);
    const { taskBefore, taskAfter } = comparison.changes;
    return { sign: null, text: taskTitle(comparison, i32At(taskBefore, first), i32At(taskAfter, first)) };
  }, [comparison, changes, groupBy]);
  const isSeen = useMemo(() => changes.every((change) => seen.has(change)), [changes, seen]);
  const text = useMemo(() => <Wrapped text={words.text} />, [words]);
  return (
    <Item
      {...place}
      id={`event-${event}`}
      level={1}
      selected={selected}
      seen={isSeen}
      title={words.text}
      className={groupBy === "task" ? "event event-task" : "event"}
      expanded={open}
      onSelect={() => onFold(event, !open)}
    >
      <span className="event-fold" aria-hidden="true">
        {open ? "▾" : "▸"}
      </span>
      {words.sign !== null && <Sign sign={words.sign} />}
      <span className="change-text">
        {text} <span className="muted event-count">{counted(changes.length, "change")}</span>
        {isSeen && <Seen />}
      </span>
    </Item>
  );
});

interface ChangeProps extends Place {
  readonly comparison: Comparison;
  readonly change: number;
  readonly level: 1 | 2;
  /** Whether the heading above names its task. */
  readonly inTask: boolean;
  readonly selected: boolean;
  readonly seen: boolean;
  onSelect(change: number): void;
}

/** Its texts are made once, as those of an event. */
export const ChangeItem = memo(function ChangeItem({
  comparison,
  change,
  level,
  inTask,
  selected,
  seen,
  onSelect,
  ...place
}: ChangeProps) {
  const title = useMemo(() => changeSentence(comparison, change), [comparison, change]);
  const content = useMemo(
    () => <ChangeText comparison={comparison} change={change} inTask={inTask} seen={seen} />,
    [comparison, change, inTask, seen],
  );
  return (
    <Item
      {...place}
      id={`change-${change}`}
      level={level}
      selected={selected}
      seen={seen}
      title={title}
      className="change"
      onSelect={() => onSelect(change)}
    >
      {content}
    </Item>
  );
});

/** What an item says. */
function ChangeText({
  comparison,
  change,
  inTask,
  seen,
}: Pick<ChangeProps, "comparison" | "change" | "inTask" | "seen">) {
  const within = i32At(comparison.changes.pid, change);
  const { sign, who, first, name, what, uncertain } = changeWords(comparison, change, inTask ? { within } : {});
  const holders = holdersLabel(comparison, change);
  // The first holder goes before the name, the others after what has changed.
  const others = who.slice(first.length).replace(/^[ ,+]+/, "");
  return (
    <>
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
    </>
  );
}

const Seen = () => <span className="change-seen-mark"> ✓ seen</span>;

const holdersTitle = (label: string): string => `Descriptors that refer to this open file: ${label.slice(1, -1)}`;
