// The panels around the drawing: beside each other on a wide screen, one at a time on a narrow one.

import { useEffect, useMemo } from "react";
import type { ObjectRef } from "../../model/object-ref.ts";
import { objectOf } from "../../model/related.ts";
import { type Doc, PANELS, type Panel, type Sizes } from "../../shell/state.ts";
import { useApp, usePage } from "../context.ts";
import { Drawing } from "../Drawing/Drawing.tsx";
import { Inspector } from "../Inspector/Inspector.tsx";
import { Splitter } from "../Splitter/Splitter.tsx";
import { Tables } from "../Tables/Tables.tsx";
import { Tree } from "../Tree/Tree.tsx";
import { useLayout } from "./useLayout.ts";
import { useNarrow } from "./useNarrow.ts";
import "./Workspace.css";

const PANEL_TITLES: Readonly<Record<Panel, string>> = {
  tree: "Tree",
  drawing: "Drawing",
  tables: "Tables",
  inspector: "Inspector",
};

export function Workspace({ doc }: { doc: Doc }) {
  return useNarrow() ? <Narrow doc={doc} /> : <Wide doc={doc} />;
}

function Picture({ doc }: { doc: Doc }) {
  const { shell, drawing } = usePage();
  const looked = useApp((state) => state.looked);
  const layout = useLayout(doc);
  const zoomWanted = useApp((state) => state.zoomWanted);
  // What is put away for a while comes back as it was.
  useEffect(() => () => shell.store.set(({ zoom }) => ({ zoomWanted: zoom })), [shell]);
  const selection = useMemo(() => (looked ? objectOf(doc.checkpoint, looked) : null), [doc, looked]);
  return (
    <Drawing
      ref={drawing}
      checkpoint={doc.checkpoint}
      {...(layout && { layout })}
      selection={selection}
      {...(zoomWanted && { view: zoomWanted })}
      onView={(zoom) => shell.store.set({ zoom })}
      onSelect={(object: ObjectRef | null) => shell.look(object)}
    />
  );
}

function Wide({ doc }: { doc: Doc }) {
  const { shell } = usePage();
  const sizes = useApp((state) => state.sizes);
  const treeShown = useApp((state) => state.treeShown);
  const tablesShown = useApp((state) => state.tablesShown);
  const inspectorShown = useApp((state) => state.inspectorShown);
  const resize = (change: Partial<Sizes>) => shell.store.set({ sizes: { ...sizes, ...change } });
  return (
    <main className="workspace">
      {treeShown && (
        <>
          <div id="panel-tree" className="panel" style={{ width: sizes.tree }}>
            <Tree doc={doc} />
          </div>
          <Splitter
            label="Width of the tasks"
            vertical
            size={sizes.tree}
            min={120}
            max={600}
            controls="panel-tree"
            onSize={(tree) => resize({ tree })}
          />
        </>
      )}
      <div className="middle">
        <div className="drawing-panel">
          <Picture doc={doc} />
        </div>
        {tablesShown && (
          <>
            <Splitter
              label="Height of the tables"
              vertical={false}
              size={sizes.tables}
              min={120}
              max={900}
              inverse
              controls="panel-tables"
              onSize={(tables) => resize({ tables })}
            />
            <div id="panel-tables" className="panel tables-holder" style={{ height: sizes.tables }}>
              <Tables doc={doc} />
            </div>
          </>
        )}
      </div>
      {inspectorShown && (
        <>
          <Splitter
            label="Width of the inspector"
            vertical
            size={sizes.inspector}
            min={200}
            max={800}
            inverse
            controls="panel-inspector"
            onSize={(inspector) => resize({ inspector })}
          />
          <div id="panel-inspector" className="panel" style={{ width: sizes.inspector }}>
            <Inspector doc={doc} />
          </div>
        </>
      )}
    </main>
  );
}

function Narrow({ doc }: { doc: Doc }) {
  const { shell } = usePage();
  const panel = useApp((state) => state.panel);
  return (
    <main className="narrow">
      <nav className="narrow-bar" aria-label="Parts of the page">
        {PANELS.map((each) => (
          <button
            key={each}
            type="button"
            className="plain tab"
            aria-current={each === panel ? "page" : undefined}
            onClick={() => shell.store.set({ panel: each })}
          >
            {PANEL_TITLES[each]}
          </button>
        ))}
      </nav>
      <div className="narrow-panel">
        {panel === "tree" && <Tree doc={doc} />}
        {panel === "drawing" && <Picture doc={doc} />}
        {panel === "tables" && <Tables doc={doc} />}
        {panel === "inspector" && <Inspector doc={doc} />}
      </div>
    </main>
  );
}
