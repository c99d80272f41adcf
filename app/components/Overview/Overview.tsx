// What is worth a look in an image, in the inspector's place while nothing is selected. Each line selects something or
// filters a table.

import { type ReactNode, useRef } from "react";
import { type Checkpoint, holderCount, taskCount } from "../../model/checkpoint.ts";
import type { Listing } from "../../model/listings/column.ts";
import { FILE_KINDS } from "../../model/names/names.ts";
import type { Overview as Facts, Ranking } from "../../model/overview.ts";
import { u8At, u32At } from "../../model/read.ts";
import type { Selection } from "../../model/related.ts";
import { MANY_OF_KIND, MANY_OF_PATH, type Repeated } from "../../model/repeated.ts";
import { stillVisible } from "../../model/text/text.ts";
import { counted, countedKind, fileName, grouped, holdersText } from "../../model/text/words.ts";
import { tableUsers, tasksOfTable } from "../../shell/objects/describe.ts";
import { exactly, exactPath, tableFilter } from "../../shell/objects/filter-text.ts";
import { PLACES } from "../../shell/places.ts";
import type { Doc } from "../../shell/state.ts";
import { usePage } from "../context.ts";
import { useSize } from "../Drawing/useSize.ts";
import { useResponse } from "../Inspector/useResponse.ts";
import { CHARACTER, Path } from "../Path.tsx";
import { Wrapped } from "../Wrapped.tsx";
import "../Inspector/Inspector.css";
import "./Overview.css";

export function Overview({ doc: { checkpoint, document } }: { doc: Doc }) {
  const panel = useRef<HTMLElement>(null);
  const [size] = useSize(panel);
  const room = size === null ? null : Math.floor((size.width - MARGINS) / CHARACTER);
  return (
    <section
      ref={panel}
      id={PLACES.inspector}
      className="inspector overview"
      aria-labelledby="overview-title"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keys must be able to scroll it
      tabIndex={0}
    >
      <h2 id="overview-title" className="panel-title">
        Overview
      </h2>
      {document !== null && <Answer key={document} checkpoint={checkpoint} document={document} room={room} />}
    </section>
  );
}

/** Pixels left and right of a line, and between its text and its count. */
const MARGINS = 28;

interface PartProps {
  readonly checkpoint: Checkpoint;
  readonly facts: Facts;
  /** How many characters a line has room for; null: not known yet. */
  readonly room: number | null;
}

function Answer({ checkpoint, document, room }: Omit<PartProps, "facts"> & { readonly document: number }) {
  const answer = useResponse("overview", { document });
  if (answer.state === "waiting") return null;
  if (answer.state === "failed") return <p className="inspector-section muted">{answer.message}</p>;
  const parts = { checkpoint, facts: answer.response, room };
  return (
    <>
      <Leaks {...parts} />
      <Shared {...parts} />
      <SharedTables {...parts} />
      <Deleted {...parts} />
      <CrossExec {...parts} />
      <Kinds {...parts} />
      <Problems checkpoint={checkpoint} />
      <Absent {...parts} />
    </>
  );
}

function Shared({ checkpoint, facts: { shared, acrossTables }, room }: PartProps) {
  if (shared.total === 0) return null;
  return (
    <Part
      title="Shared open files"
      note={`${grouped(shared.total)}, of which ${grouped(acrossTables)} across file tables`}
      all={{ listing: "files", filter: "shared:yes", sort: "holders" }}
      more={shared.total - shared.rows.length}
    >
      <FileLines checkpoint={checkpoint} ranking={shared} room={room} />
    </Part>
  );
}

function SharedTables({ checkpoint, facts: { sharedTables } }: PartProps) {
  const { rows, total } = sharedTables;
  if (total === 0) return null;
  return (
    <Part
      title="Shared file tables"
      note="CLONE_FILES"
      all={{ listing: "tables", filter: "shared:yes", sort: "tasks" }}
      more={total - rows.length}
    >
      {Array.from(rows, (table) => (
        <Line
          key={table}
          count={counted(taskCount(checkpoint.tables, table), "task")}
          select={{ to: "table", row: table }}
        >
          {tableUsers(checkpoint, table, 1)}
        </Line>
      ))}
    </Part>
  );
}

/** Always shown, as likely leaks are. */
function Deleted({ checkpoint, facts: { deleted, deletedByName }, room }: PartProps) {
  if (deleted.total === 0) return <Part title="Deleted but open" note="none" />;
  const note = `${grouped(deleted.total)}${deletedByName > 0 ? ", judging by “ (deleted)” at the end of their paths" : ""}`;
  return (
    <Part
      title="Deleted but open"
      note={note}
      all={{ listing: "files", filter: "deleted:yes" }}
      more={deleted.total - deleted.rows.length}
    >
      <FileLines checkpoint={checkpoint} ranking={deleted} room={room} />
    </Part>
  );
}

function CrossExec({ checkpoint, facts: { crossExec } }: PartProps) {
  const { rows, numbers, total, descriptors, standard } = crossExec;
  if (total === 0) return null;
  return (
    <Part
      title="Would survive an exec, not counting 0–2"
      note={`${counted(descriptors, "descriptor")} without close-on-exec; of fds 0–2, ${grouped(standard)} more`}
      all={{ listing: "descriptors", filter: "cloexec:no fd:>2" }}
      more={total - rows.length}
    >
      {Array.from(rows, (table, at) => (
        <Line
          key={table}
          count={grouped(u32At(numbers, at))}
          filter={{ listing: "descriptors", filter: `${tableFilter(checkpoint, table)} cloexec:no fd:>2`.trim() }}
        >
          {tableUsers(checkpoint, table, 1)}
        </Line>
      ))}
    </Part>
  );
}

/** What `repeatedOf` counts. */
const COUNTED_AS_LEAK =
  `Counted in each file table: one path open ${MANY_OF_PATH} times; ${MANY_OF_KIND} nameless files of one kind, sockets ` +
  "that are not connected or that the other end has closed, or connections to one remote address. Listening sockets " +
  "and connections to different addresses do not count.";

/** Always shown, because it is what people come to look for. */
function Leaks({ checkpoint, facts: { repeated, repeatedTotal } }: PartProps) {
  return (
    <Part title="Likely leaks" note={repeatedTotal > repeated.length ? `the largest of ${grouped(repeatedTotal)}` : ""}>
      {repeatedTotal === 0 && (
        <p className="muted" title={COUNTED_AS_LEAK}>
          None: no task has one path open {MANY_OF_PATH} times, or {MANY_OF_KIND} pipes, idle sockets or the like.
        </p>
      )}
      {repeated.map((each) => (
        <Line key={`${each.table} ${each.file}`} {...linkToRepeated(checkpoint, each)}>
          <span className="overview-sentence">
            <Wrapped text={leakSentence(checkpoint, each)} />
          </span>
        </Line>
      ))}
    </Part>
  );
}

/** `1234 redis-server has /var/log/x open 57 times`; `1234 redis-server has 40 sockets open that are not connected`. */
function leakSentence(checkpoint: Checkpoint, repeated: Repeated): string {
  const has = tasksOfTable(checkpoint, repeated.table).length > 1 ? "have" : "has";
  return `${tableUsers(checkpoint, repeated.table, 1)} ${has} ${repeatedWords(checkpoint, repeated)}`;
}

function repeatedWords(checkpoint: Checkpoint, { file, by, remote, count }: Repeated): string {
  switch (by) {
    case "path":
      return `${fileName(checkpoint, file)} open ${grouped(count)} times`;
    case "remote":
      return `${counted(count, "connection")} to ${stillVisible(remote)} open`;
    case "unconnected":
      return `${counted(count, "socket")} open that are not connected`;
    case "close-wait":
      return `${counted(count, "socket")} open that the other end has closed (close-wait)`;
    case "kind":
      return `${countedKind(count, u8At(checkpoint.files.kind, file))} open`;
  }
}

function linkToRepeated(checkpoint: Checkpoint, repeated: Repeated): Pick<LineProps, "filter" | "select"> {
  const { table, file, by } = repeated;
  const what = by === "path" ? exactPath(checkpoint, file) : namelessFilter(checkpoint, repeated);
  if (what === null) return { select: { to: "table", row: table } };
  return { filter: { listing: "descriptors", filter: `${tableFilter(checkpoint, table)} ${what}`.trim() } };
}

/** `null` if no filter distinguishes the files from others of their kind. */
function namelessFilter(checkpoint: Checkpoint, { file, by, remote }: Repeated): string | null {
  const kind = kindFilter(kindOf(checkpoint, file));
  switch (by) {
    case "remote":
      // Listings do not have the name of the other end of a CRIU set's unix sockets.
      return /^[ !#-[\]-~]+$/.test(remote) && /:\d+$/.test(remote) ? `${kind} ${exactly("remote", remote)}` : null;
    case "unconnected":
      return `${kind} -state:established -state:syn -state:fin-wait -state:close-wait -state:listen`;
    case "close-wait":
      return `${kind} state:close-wait`;
    default:
      return kind;
  }
}

const kindOf = ({ files }: Checkpoint, file: number): string => FILE_KINDS[files.kind[file] ?? 0] ?? "unknown";

const kindFilter = (kind: string): string => exactly("kind", kind);

function Kinds({ facts: { kinds } }: PartProps) {
  if (kinds.length === 0) return null;
  return (
    <Part title="Kinds" note="of open files that descriptors refer to">
      <p className="overview-kinds">
        {kinds.map(({ kind, descriptors }) => (
          <Kind key={kind} name={FILE_KINDS[kind] ?? "unknown"} count={descriptors} />
        ))}
      </p>
    </Part>
  );
}

function Kind({ name, count }: { name: string; count: number }) {
  const { shell } = usePage();
  return (
    <button
      type="button"
      className="link"
      title={`Show the descriptors of this kind: ${name}`}
      onClick={() => shell.showFiltered("descriptors", kindFilter(name))}
    >
      {name} {grouped(count)}
    </button>
  );
}

function Problems({ checkpoint: { problems } }: { checkpoint: Checkpoint }) {
  if (problems.length === 0) return null;
  const counts = (["error", "warning", "note"] as const)
    .map((severity) => [severity, problems.filter((problem) => problem.severity === severity).length] as const)
    .filter(([, count]) => count > 0);
  return (
    <Part title="Problems" note={grouped(problems.length)}>
      {counts.map(([severity, count]) => (
        <Line key={severity} count={grouped(count)} filter={{ listing: "problems", filter: `severity:${severity}` }}>
          <span className={`severity-${severity}`}>{severity}s</span>
        </Line>
      ))}
    </Part>
  );
}

/** What was searched for and not found: its absence is worth knowing. */
function Absent({ checkpoint, facts }: PartProps) {
  const absent = [
    facts.shared.total === 0 && "shared open files",
    facts.sharedTables.total === 0 && "shared file tables",
    facts.crossExec.total === 0 && "descriptors above 2 that would survive an exec",
    checkpoint.problems.length === 0 && "problems",
  ].filter((each) => each !== false);
  return absent.length === 0 ? null : <p className="inspector-section muted">None: {absent.join(", ")}.</p>;
}

/** Open files, with how many hold each. */
function FileLines({ checkpoint, ranking, room }: Omit<PartProps, "facts"> & { readonly ranking: Ranking }) {
  return Array.from(ranking.rows, (file) => {
    const holders = holderCount(checkpoint.files, file);
    const name = fileName(checkpoint, file);
    return (
      <Line key={file} title={name} select={{ to: "file", row: file }} count={<Holders count={holders} />}>
        <Path path={name} room={room === null ? null : room - grouped(holders).length - 2} />
      </Line>
    );
  });
}

const Holders = ({ count }: { count: number }) => (
  <span
    className={count > 1 ? "shared" : undefined}
    title={`${counted(count, "descriptor")} ${count === 1 ? "refers" : "refer"} to it`}
  >
    {holdersText(count)}
  </span>
);

interface Filtered {
  readonly listing: Listing;
  readonly filter: string;
  /** Column to sort by, greatest first. */
  readonly sort?: string;
}

interface PartOf {
  readonly title: string;
  readonly note: string;
  /** Shows all of them in a table. */
  readonly all?: Filtered;
  /** How many of them have no line here. */
  readonly more?: number;
  readonly children?: ReactNode;
}

function Part({ title, note, all, more = 0, children }: PartOf) {
  const { shell } = usePage();
  const showAll = all === undefined ? undefined : () => shell.showFiltered(all.listing, all.filter, all.sort);
  return (
    <section className="inspector-section">
      <h3>
        {showAll === undefined ? (
          title
        ) : (
          <button type="button" className="link" title="Show all in a table" onClick={showAll}>
            {title}
          </button>
        )}{" "}
        <span className="muted">{note}</span>
      </h3>
      {children !== undefined && <div className="overview-lines">{children}</div>}
      {more > 0 && (
        <button type="button" className="link" title="Show all in a table" onClick={showAll}>
          {grouped(more)} more
        </button>
      )}
    </section>
  );
}

interface LineProps {
  /** Shown beside the text. */
  readonly count?: ReactNode;
  /** What a click selects, or else the table that it filters. */
  readonly select?: Selection;
  readonly filter?: Filtered;
  /** The whole of a text that may be shortened. */
  readonly title?: string;
  readonly children: ReactNode;
}

function Line({ count, select, filter, title, children }: LineProps) {
  const { shell } = usePage();
  const onClick = () => {
    if (select) shell.select(select);
    else if (filter) shell.showFiltered(filter.listing, filter.filter);
  };
  return (
    <button type="button" className="plain overview-line mono" onClick={onClick}>
      <span className="overview-what" title={title ?? (typeof children === "string" ? children : undefined)}>
        {typeof children === "string" ? <span className="overview-text">{children}</span> : children}
      </span>
      {count !== undefined && <span className="overview-count">{count}</span>}
    </button>
  );
}
