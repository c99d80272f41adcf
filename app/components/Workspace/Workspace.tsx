// The panels around the drawing: side by side on a wide screen, one at a time on a narrow one.

import { memo, useCallback, useDeferredValue, useEffect, useMemo, useState } from "react";
import { sideRefs, unionRef } from "../../graph/order/union.ts";
import type { ZoomLink } from "../../link/link.ts";
import { NONE } from "../../model/checkpoint.ts";
import { type ObjectRef, sameRef } from "../../model/object-ref.ts";
import { u32At } from "../../model/read.ts";
import { objectOf } from "../../model/related.ts";
import { counted, grouped } from "../../model/text/words.ts";
import { MEDIUM } from "../../shell/narrow.ts";
import { type Compared, type Doc, PANELS, type Panel, type Sizes, type State } from "../../shell/state.ts";
import { CommandButton } from "../CommandButton.tsx";
import { useApp, usePage } from "../context.ts";
import { Drawing } from "../Drawing/Drawing.tsx";
import { Inspector } from "../Inspector/Inspector.tsx";
import { Later } from "../Later.tsx";
import { Overview } from "../Overview/Overview.tsx";
import { Splitter } from "../Splitter/Splitter.tsx";
import { Tables } from "../Tables/Tables.tsx";
import { Left } from "./Left.tsx";
import { useLayout } from "./useLayout.ts";
import { useNarrow } from "./useNarrow.ts";
import { useSubset } from "./useSubset.ts";
import { useUnion } from "./useUnion.ts";
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

interface DrawingPanelProps {
  readonly doc: Doc;
  /** Called when the drawing has been painted for the first time. */
  onPainted?(): void;
}

const DrawingPanel = memo(function DrawingPanel(props: DrawingPanelProps) {
  const compared = useApp((state) => state.compared);
  return compared ? <DrawingPanelOfBoth {...props} compared={compared} /> : <DrawingPanelOfOne {...props} />;
});

/** Both images in one drawing. */
function DrawingPanelOfBoth({ doc, compared, ...painted }: DrawingPanelProps & { readonly compared: Compared }) {
  const { shell, drawing } = usePage();
  const selection = useApp((state) => state.selection);
  const side = useApp((state) => state.side);
  const drawn = useUnion(compared);
  // Deferred, as side by side defers it, so that the switch responds at once.
  const whole = !useDeferredValue(useApp((state) => state.onlyChanges));
  const zoom = useRequestedZoom();
  const drawnSelection = useMemo(() => {
    const object = drawn && selection && objectOf(doc.checkpoint, selection);
    return object ? unionRef(drawn.subject, side, object) : null;
  }, [drawn, doc, selection, side]);
  if (drawn === null) {
    return (
      <section className="drawing" aria-label="Drawing">
        <p className="drawing-wait drawing-soon">Merging both images into one drawing…</p>
      </section>
    );
  }
  return (
    <Drawing
      ref={drawing}
      checkpoint={doc.checkpoint}
      comparison={drawn.subject}
      layout={drawn.layout}
      whole={whole}
      selection={drawnSelection}
      {...zoom}
      {...painted}
      onSelect={(object: ObjectRef | null) => {
        if (object === null) return shell.select(null);
        const { before, after } = sideRefs(drawn.subject, object);
        shell.selectIn(after ? "after" : "before", after ?? before);
      }}
    />
  );
}

/** The zoom that a link requests, and where the drawing reports its own. */
function useRequestedZoom() {
  const { shell } = usePage();
  const requested = useApp((state) => state.requestedZoom);
  // A drawing that is hidden and shown again keeps its zoom, unless something else was selected meanwhile.
  const view = useMemo(() => {
    const { zoomedAt, selection } = shell.store.get();
    return zoomedAt === undefined || sameRef(zoomedAt, selection) ? requested : null;
  }, [shell, requested]);
  useEffect(
    () => () => shell.store.set(({ zoom, selection }) => ({ requestedZoom: zoom, zoomedAt: selection })),
    [shell],
  );
  return { ...(view && { view }), onView: (zoom: ZoomLink) => shell.store.set({ zoom }) };
}

function DrawingPanelOfOne({ doc, ...painted }: DrawingPanelProps) {
  const { shell, drawing } = usePage();
  const selection = useApp((state) => state.selection);
  const layout = useLayout(doc);
  const filtered = useSubset(doc);
  const zoom = useRequestedZoom();
  const selected = useMemo(() => (selection ? objectOf(doc.checkpoint, selection) : null), [doc, selection]);
  if (filtered === null) {
    return (
      <Drawing
        ref={drawing}
        checkpoint={doc.checkpoint}
        {...(layout && { layout })}
        selection={selected}
        {...zoom}
        {...painted}
        onSelect={(object: ObjectRef | null) => shell.select(object)}
      />
    );
  }
  const { rows, checkpoint } = filtered.subset;
  const row = selected === null ? NONE : (rows[selected.to].part[selected.row] ?? NONE);
  return (
    <div className="drawing-filtered">
      <p className="drawing-filter muted" role="status">
        Only {grouped(checkpoint.descriptors.count)} of {counted(doc.checkpoint.descriptors.count, "descriptor")} drawn:
        the table is filtered
        <CommandButton id="clear-filter">Draw all</CommandButton>
      </p>
      <Drawing
        ref={drawing}
        checkpoint={checkpoint}
        layout={filtered.layout}
        selection={selected === null || row === NONE ? null : { to: selected.to, row }}
        {...zoom}
        {...painted}
        onSelect={(object: ObjectRef | null) =>
          shell.select(object && { to: object.to, row: u32At(rows[object.to].whole, object.row) })
        }
      />
    </div>
  );
}

/**
 * The order in which the other panels appear once the drawing has been painted: rendering all
 * of them takes several tens of milliseconds.
 */
const TURNS = { left: 1, tables: 2, aside: 3 } as const;

/**
 * Milliseconds after which the other panels appear even if the drawing has not: the worker may take long to lay it out.
 */
const DRAWING_WAIT = 100;

/** Whether the other panels may appear, and a function that allows them. */
function useTurns(isDrawingShown: boolean): readonly [mayBegin: boolean, begin: () => void] {
  const [mayBegin, setMayBegin] = useState(!isDrawingShown);
  const begin = useCallback(() => setMayBegin(true), []);
  useEffect(() => {
    const timer = setTimeout(begin, DRAWING_WAIT);
    return () => clearTimeout(timer);
  }, [begin]);
  return [mayBegin, begin];
}

function Wide({ doc }: { doc: Doc }) {
  const { shell } = usePage();
  const sizes = useApp((state) => state.sizes);
  const left = useApp((state) => (state.compared ? "changes" : "tree"));
  const treeShown = useApp((state) => state.treeShown);
  const tablesShown = useApp((state) => state.tablesShown);
  // Without tables, the drawing takes their place.
  const drawingShown = useApp((state) => state.drawingShown) || !tablesShown;
  const [mayBegin, begin] = useTurns(drawingShown);
  const isMedium = useNarrow(MEDIUM);
  const aside = useApp(asideOf);
  const resize = (change: Partial<Sizes>) => shell.store.set({ sizes: { ...sizes, ...change } });
  return (
    <main className="workspace">
      {treeShown && (
        <>
          <div id="panel-tree" className="panel" style={{ width: sizes[left] }}>
            <Later turn={TURNS.left} mayBegin={mayBegin}>
              <Left doc={doc} />
            </Later>
          </div>
          <Splitter
            label={left === "tree" ? "Width of the tasks" : "Width of the changes"}
            vertical
            size={sizes[left]}
            min={120}
            max={600}
            controls="panel-tree"
            onSize={(size) => resize({ [left]: size })}
          />
        </>
      )}
      <div className="middle">
        {drawingShown && (
          <div className="drawing-panel">
            <Later turn={1}>
              <DrawingPanel doc={doc} onPainted={begin} />
            </Later>
          </div>
        )}
        {tablesShown && (
          <>
            {drawingShown && (
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
            )}
            <div
              id="panel-tables"
              className="panel tables-holder"
              style={drawingShown ? { height: sizes.tables } : { flex: 1, minHeight: 0 }}
            >
              <Later turn={TURNS.tables} mayBegin={mayBegin}>
                {isMedium && aside !== null ? <TablesOrAside doc={doc} aside={aside} /> : <Tables doc={doc} />}
              </Later>
            </div>
          </>
        )}
      </div>
      {aside !== null && !isMedium && (
        <>
          <Splitter
            label={`Width of the ${aside}`}
            vertical
            size={sizes.inspector}
            min={200}
            max={800}
            inverse
            controls="panel-inspector"
            onSize={(inspector) => resize({ inspector })}
          />
          <div id="panel-inspector" className="panel" style={{ width: sizes.inspector }}>
            <Later turn={TURNS.aside} mayBegin={mayBegin}>
              <Aside doc={doc} aside={aside} />
            </Later>
          </div>
        </>
      )}
    </main>
  );
}

/** The panel beside the drawing: the inspector of the selection or, for one image without a selection, its overview. */
type AsideKind = "inspector" | "overview";

/** `null`: there is none, and the drawing and the tables take its space. */
function asideOf({ inspectorShown, selection, change, docs }: State): AsideKind | null {
  if (!inspectorShown) return null;
  if (selection !== null || change !== null) return "inspector";
  return docs.length === 1 ? "overview" : null;
}

const ASIDE_TITLES: Readonly<Record<AsideKind, string>> = { inspector: "Inspector", overview: "Overview" };

const Aside = memo(function Aside({ doc, aside }: { doc: Doc; aside: AsideKind }) {
  return aside === "inspector" ? <Inspector doc={doc} /> : <Overview doc={doc} />;
});

/** The tables and the panel beside the drawing in one place, one of them at a time. */
function TablesOrAside({ doc, aside }: { doc: Doc; aside: AsideKind }) {
  const { shell } = usePage();
  const shown = useApp(({ panel }) => (panel === "inspector" ? "inspector" : "tables"));
  return (
    <div className="left">
      <div className="tabs left-tabs">
        {(["tables", "inspector"] as const).map((panel) => (
          <button
            key={panel}
            type="button"
            className="plain tab"
            aria-pressed={panel === shown}
            onClick={() => shell.store.set({ panel })}
          >
            {panel === "inspector" ? ASIDE_TITLES[aside] : PANEL_TITLES[panel]}
          </button>
        ))}
      </div>
      <div className="one-of-two">
        {shown === "inspector" ? <Aside doc={doc} aside={aside} /> : <Tables doc={doc} />}
      </div>
    </div>
  );
}

function Narrow({ doc }: { doc: Doc }) {
  const { shell } = usePage();
  const panel = useApp((state) => state.panel);
  const isPair = useApp((state) => state.compared !== null);
  const aside = useApp((state) => asideOf({ ...state, inspectorShown: true })) ?? "inspector";
  const titles = { ...PANEL_TITLES, tree: isPair ? "Changes" : PANEL_TITLES.tree, inspector: ASIDE_TITLES[aside] };
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
            {titles[each]}
          </button>
        ))}
      </nav>
      <div className="narrow-panel">
        {panel === "tree" && <Left doc={doc} />}
        {panel === "drawing" && <DrawingPanel doc={doc} />}
        {panel === "tables" && <Tables doc={doc} />}
        {panel === "inspector" && <Aside doc={doc} aside={aside} />}
      </div>
    </main>
  );
}
