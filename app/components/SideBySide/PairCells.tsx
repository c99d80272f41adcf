// The cells of a pair of descriptors: on two sides, or in one column as before → after.

import { CHANGE_BITS } from "../../diff/changes.ts";
import { type Comparison, descriptorNumber } from "../../diff/comparison.ts";
import type { DetailWords } from "../../export/changes/detail-words.ts";
import { signedWords } from "../../graph/scene/text/changed-words.ts";
import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import { descriptorOf } from "../../model/comparison/descriptor-pairs.ts";
import type { Side } from "../../model/comparison/side.ts";
import type { DescriptorRow } from "../../model/rows.ts";
import { ALIGNED_COLUMNS, type AlignedColumn, columnChanged, detailCell } from "../../shell/tables/aligned-cells.ts";
import { Path } from "../Path.tsx";
import { Sign } from "../Sign.tsx";

interface PairProps {
  readonly comparison: Comparison;
  readonly pair: number;
  readonly columns: readonly AlignedColumn[];
  /** The changed details and links of the pair's open file. */
  readonly details: readonly DetailWords[];
  /** Whether numbers of holders that differ are marked: not if a change that could be the reason is hidden. */
  readonly holdersCount: boolean;
  /** A single column, before → after, instead of two sides. */
  readonly one: boolean;
  /** How many characters a path has room for, and one in the column of changes; null: not known yet. */
  readonly pathRoom: number | null;
  readonly changeRoom: number | null;
}

/** The values of one column. */
interface Values {
  readonly column: AlignedColumn;
  readonly before: string;
  readonly after: string;
  readonly differs: boolean;
}

export function PairCells(props: PairProps) {
  const { comparison, pair, columns, details, holdersCount, one, pathRoom, changeRoom } = props;
  const { before, after, pairs, changed } = comparison;
  const rowBefore: DescriptorRow = descriptorOf(pairs.descriptors, "before", pair);
  const rowAfter: DescriptorRow = descriptorOf(pairs.descriptors, "after", pair);
  const bits = changed[pair] as number;
  const values = columns.map((column): Values => {
    const own = (checkpoint: Checkpoint, row: DescriptorRow): string =>
      row === NONE ? "" : column.text(checkpoint, row);
    const texts =
      column.id === "details"
        ? ([detailCell(details, "before"), detailCell(details, "after")] as const)
        : ([own(before, rowBefore), own(after, rowAfter)] as const);
    const differs = rowBefore !== NONE && rowAfter !== NONE && columnChanged(column, bits, ...texts, holdersCount);
    const [shownBefore, shownAfter] = texts.map((text) => (differs ? text || (column.alone ?? "–") : text)) as [
      string,
      string,
    ];
    return { column, before: shownBefore, after: shownAfter, differs };
  });
  // Without bits, its kind of change is switched off.
  const sign = bits === 0 ? null : rowBefore === NONE ? "+" : rowAfter === NONE ? "-" : "~";
  const otherHolders = hasOtherHolders(values, bits);
  const presence: Presence = rowBefore === NONE ? "opened" : rowAfter === NONE ? "closed" : "";
  return (
    <>
      <div
        role="gridcell"
        className={bits === 0 ? "grid-cell aligned-fd muted" : "grid-cell aligned-fd"}
        title={otherHolders ? OTHER_HOLDERS : undefined}
      >
        {sign && <Sign sign={sign} />} {descriptorNumber(before, after, pairs, pair)}
      </div>
      {one ? (
        <OneColumn
          values={values}
          details={details}
          bits={bits}
          presence={presence}
          otherHolders={otherHolders}
          pathRoom={pathRoom}
          changeRoom={changeRoom}
          path={rowBefore === NONE ? PATH_COLUMN.text(after, rowAfter) : PATH_COLUMN.text(before, rowBefore)}
        />
      ) : (
        <BothSides values={values} bits={bits} presence={presence} pathRoom={pathRoom} />
      )}
    </>
  );
}

/** What is shown of a descriptor that is shared with others than before, but with as many. */
const OTHER_HOLDERS = "other holders";

const hasOtherHolders = (values: readonly Values[], bits: number): boolean =>
  (bits & CHANGE_BITS.sharing) !== 0 &&
  (bits & CHANGE_BITS.path) === 0 &&
  !values.some(({ column, differs }) => differs && column.id === "shared");

/** Why a descriptor is on one side only; empty if it is on both. */
type Presence = "opened" | "closed" | "";

const PATH_COLUMN = ALIGNED_COLUMNS[0] as AlignedColumn;

interface CellsProps {
  readonly values: readonly Values[];
  readonly bits: number;
  readonly presence: Presence;
  readonly pathRoom: number | null;
}

function OneColumn({
  values,
  details,
  bits,
  presence,
  otherHolders,
  path,
  pathRoom,
  changeRoom,
}: CellsProps & Pick<PairProps, "details" | "changeRoom"> & { readonly otherHolders: boolean; readonly path: string }) {
  // If the path differs, it is a different file: its values are omitted to make room for the path.
  const shown = (bits & CHANGE_BITS.path ? values.slice(0, 1) : values).filter(({ column }) => column.id !== "details");
  return (
    <>
      <div role="gridcell" className={bits === 0 ? "grid-cell muted" : "grid-cell"} title={path}>
        <Path path={path} room={pathRoom} />
      </div>
      <div role="gridcell" className="grid-cell aligned-both">
        {presence}
        {shown.map(
          ({ differs, ...change }) => differs && <Transition key={change.column.id} {...change} room={changeRoom} />,
        )}
        {otherHolders && <span className="cell-differs">{OTHER_HOLDERS}</span>}
        {details.map(({ title, before, after }) => (
          <span key={title} {...cutWords(`${title} ${before} → ${after}`)}>
            <span className="both-title">{title} </span>
            {before} → {after}
          </span>
        ))}
      </div>
    </>
  );
}

function BothSides(props: CellsProps) {
  return (
    <>
      <OneSide {...props} side="before" />
      <span className="aligned-middle" />
      <OneSide {...props} side="after" />
    </>
  );
}

function OneSide({ values, bits, presence, pathRoom, side }: CellsProps & { readonly side: Side }) {
  if (presence === (side === "before" ? "opened" : "closed")) {
    return <Gap columns={values.length} word={`not open ${side}`} />;
  }
  return values.map(({ column, differs, [side]: text }) => (
    <Cell
      key={column.id}
      column={column}
      differs={differs}
      pathRoom={pathRoom}
      quiet={bits === 0}
      gone={presence === "closed" && bits !== 0}
      added={presence === "opened" && bits !== 0}
    >
      {text}
    </Cell>
  ));
}

/** A changed value, `4096 → 8192`. For a path, only the later one: the earlier one is in the column before. */
function Transition({ column, before, after, room }: Omit<Values, "differs"> & { readonly room: number | null }) {
  if (column.id === "path") {
    return (
      <span className="cell-differs both-path" title={after}>
        → <Path path={after} room={room === null ? null : room - 2} />
      </span>
    );
  }
  const title = (column.about ?? column.title).toLowerCase();
  const isWords = column.id === "flags" || column.id === "mode";
  const value = isWords ? wordsThatDiffer(before, after) : `${before} → ${after}`;
  if (column.id === "pos" || column.id === "shared") {
    return (
      <span className="cell-differs">
        <span className="visually-hidden">{column.about ?? column.title} </span>
        {value}
      </span>
    );
  }
  const text = `${title} ${value}`;
  // Words can be of any length, as details.
  return <span {...(isWords ? cutWords(text) : { className: "cell-differs" })}>{text}</span>;
}

/**
 * Characters that details, flags and modes keep where there is no room (.both-detail). Shorter ones are never cut off.
 */
const LEAST_WORDS = 12;

/** How words of any length are shown: cut off where there is no room for them, and then whole as a tooltip. */
const cutWords = (text: string): { readonly className: string; readonly title: string } => ({
  className: text.length > LEAST_WORDS ? "cell-differs both-detail" : "cell-differs",
  title: text,
});

/** Flags that were cleared and set: `−fasync`; if the access mode changed, or there are few flags, both whole. */
function wordsThatDiffer(before: string, after: string): string {
  const isShort = before.split(" ").length + after.split(" ").length < 4;
  return (isShort ? null : signedWords(before, after)) ?? `${before} → ${after}`;
}

interface CellProps {
  readonly column: AlignedColumn;
  readonly differs: boolean;
  readonly pathRoom: number | null;
  readonly quiet: boolean;
  readonly gone?: boolean;
  readonly added?: boolean;
  readonly children: string;
}

function Cell({ column, differs, pathRoom, quiet, gone = false, added = false, children }: CellProps) {
  const classes = [
    "grid-cell",
    column.numeric && "cell-number",
    differs && "cell-differs",
    gone && "cell-gone",
    added && "cell-added",
    quiet && "muted",
    column.id === "shared" && !quiet && "shared",
  ];
  return (
    <div
      role="gridcell"
      className={classes.filter(Boolean).join(" ")}
      title={children.length > 12 ? children : undefined}
    >
      {column.id === "path" ? <Path path={children} room={pathRoom} /> : children}
      {differs && <span className="visually-hidden"> changed</span>}
    </div>
  );
}

/** Replaces the cells of a side that has no such descriptor. */
function Gap({ columns, word }: { columns: number; word: string }) {
  return (
    <div role="gridcell" className="aligned-gap" style={{ gridColumn: `span ${columns}` }} aria-colspan={columns}>
      <span className="visually-hidden">{word}</span>
    </div>
  );
}
