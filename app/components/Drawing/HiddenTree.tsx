// The drawing for screen readers: a tree of what is drawn, operated with the same keys.

import { type KeyboardEvent, useLayoutEffect, useMemo, useRef } from "react";
import type { Subject } from "../../graph/order/graph.ts";
import type { Scene } from "../../graph/scene/scene.ts";
import { sentence } from "../../graph/scene/text/sentence.ts";
import { type TreeItem, treeOf, treeWindow } from "../../graph/scene/tree.ts";
import { type ObjectRef, sameRef } from "../../model/object-ref.ts";

export interface HiddenTreeProps {
  readonly subject: Subject;
  readonly scene: Scene;
  readonly label: string;
  readonly selection: ObjectRef | null;
  /** Called for every key; it calls preventDefault for those that it handles. */
  onKey(event: KeyboardEvent, item: TreeItem | undefined): void;
  onActivate(item: TreeItem): void;
  readonly treeRef: React.RefObject<HTMLDivElement | null>;
}

/** One item is focusable at a time: the selected one, or the first. */
export function HiddenTree({ subject, scene, label, selection, onKey, onActivate, treeRef }: HiddenTreeProps) {
  const { boxes, edges } = scene;
  const items = useMemo(() => treeOf({ boxes, edges }), [boxes, edges]);
  const selected = items.findIndex((item) => selection !== null && sameRef(item.ref, selection));
  const active = Math.max(0, selected);
  const { first, end } = treeWindow(items, active);
  const shown = useMemo(
    () => items.slice(first, end).map((item) => ({ ...item, text: spokenItem(subject, item) })),
    [subject, items, first, end],
  );
  const activeElement = useRef<HTMLDivElement>(null);

  // Focus follows the selection. If the focused item left the page, focus is lost: so remember that a key was pressed
  // in the tree until the drawing has been updated.
  const keyed = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs whenever the items or the active one change
  useLayoutEffect(() => {
    const focused = document.activeElement;
    const lost = keyed.current && (focused === null || focused === document.body);
    if (lost || treeRef.current?.contains(focused)) activeElement.current?.focus({ preventScroll: true });
    keyed.current = false;
  }, [items, active, treeRef]);

  return (
    <div
      className="drawing-tree"
      role="tree"
      aria-label={label}
      ref={treeRef}
      onKeyDown={(event) => {
        keyed.current = true;
        onKey(event, items[active]);
      }}
    >
      {shown.map((item, at) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the tree handles keys for all of its items
        <div
          key={item.ref === null ? `box ${item.box}` : `${item.ref.to} ${item.ref.row}`}
          ref={first + at === active ? activeElement : null}
          role="treeitem"
          tabIndex={first + at === active ? 0 : -1}
          aria-level={item.level}
          aria-posinset={item.position}
          aria-setsize={item.size}
          aria-selected={first + at === selected}
          {...(item.expanded === null ? {} : { "aria-expanded": item.expanded })}
          onClick={() => onActivate(item)}
        >
          {item.text}
        </div>
      ))}
    </div>
  );
}

function spokenItem(subject: Subject, { ref, label }: TreeItem): string {
  if (ref === null) return label;
  return label === "" ? sentence(subject, ref) : `${sentence(subject, ref)}, ${label}`;
}
