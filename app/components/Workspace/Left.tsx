// The panel left of the drawing: the tasks of one image, or the changes or tasks of two.

import { memo } from "react";
import { grouped } from "../../model/text/words.ts";
import type { Doc } from "../../shell/state.ts";
import { Changes } from "../Changes/Changes.tsx";
import { useApp, usePage } from "../context.ts";
import { Tree } from "../Tree/Tree.tsx";

export const Left = memo(function Left({ doc }: { doc: Doc }) {
  const { shell } = usePage();
  const compared = useApp((state) => state.compared);
  const left = useApp((state) => state.left);
  if (compared === null) return <Tree doc={doc} />;
  const choices = [
    ["changes", "Changes", compared.listed.count],
    ["tasks", "Tasks", doc.checkpoint.tasks.count],
  ] as const;
  return (
    <div className="left">
      <div className="tabs left-tabs">
        {choices.map(([id, title, many]) => (
          <button
            key={id}
            type="button"
            className="plain tab"
            aria-pressed={id === left}
            onClick={() => shell.store.set({ left: id })}
          >
            {title} <span className="badge">{grouped(many)}</span>
          </button>
        ))}
      </div>
      {left === "changes" ? <Changes compared={compared} /> : <Tree doc={doc} />}
    </div>
  );
});
