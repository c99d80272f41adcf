// The inspector: everything about the selection: its values and their meaning, who holds it, and the bytes it comes
// from.

import { type ReactNode, useLayoutEffect, useRef } from "react";
import { type Checkpoint, furtherRecords, NONE } from "../../model/checkpoint.ts";
import { FILE_KINDS } from "../../model/names/names.ts";
import { i32At, u8At } from "../../model/read.ts";
import { recordOf, type Selection } from "../../model/related.ts";
import type { FileRow } from "../../model/rows.ts";
import { counted } from "../../model/text/words.ts";
import { describe } from "../../shell/objects/describe.ts";
import { PLACES } from "../../shell/places.ts";
import type { Doc } from "../../shell/state.ts";
import { CommandButton } from "../CommandButton.tsx";
import { useApp, useComparison, usePage } from "../context.ts";
import { Wrapped } from "../Wrapped.tsx";
import { ChangeOf } from "./ChangeOf.tsx";
import { DescriptorValues } from "./DescriptorSection.tsx";
import { DetailsOf, DetailsOfTask } from "./DetailsOf.tsx";
import { FileValues, Holders, Sharing } from "./FileSections.tsx";
import { Linked } from "./Linked.tsx";
import { ProblemsOf } from "./ProblemsOf.tsx";
import { RecordFields } from "./RecordFields.tsx";
import { RecordValues } from "./RecordSection.tsx";
import { Started } from "./Started.tsx";
import { DescriptorsOf, TableValues } from "./TableSections.tsx";
import { TaskValues } from "./TaskSection.tsx";
import "./Inspector.css";

export function Inspector({ doc }: { doc: Doc }) {
  const selection = useApp((state) => state.selection);
  const compared = useApp((state) => state.compared);
  const change = useApp((state) => state.change);
  const side = useApp((state) => state.side);
  const scroller = useRef<HTMLElement>(null);
  // Each new selection is shown from its title.
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever something else is selected
  useLayoutEffect(() => scroller.current?.scrollTo(0, 0), [selection, change, side]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keys must be able to scroll it
    <section ref={scroller} id={PLACES.inspector} className="inspector" aria-label="Inspector" tabIndex={0}>
      {compared && change !== null && <ChangeOf compared={compared} change={change} />}
      {compared && selection !== null && (
        <p className="inspector-side muted">{side === "before" ? "In the image before" : "In the image after"}</p>
      )}
      {selection === null ? (
        <NoSelection isPair={compared !== null} />
      ) : (
        <Selected key={`${selection.to}-${selection.row}`} doc={doc} selection={selection} />
      )}
    </section>
  );
}

function NoSelection({ isPair }: { isPair: boolean }) {
  return (
    <div className="inspector-nothing muted">
      <p>Nothing is selected.</p>
      {isPair && (
        <p>
          Press <kbd>N</kbd> and <kbd>P</kbd> to step through the changes.
        </p>
      )}
      <p>
        Select a task, file table, descriptor or open file in any view, or press <kbd>/</kbd> to find one.
      </p>
    </div>
  );
}

function Selected({ doc, selection }: { doc: Doc; selection: Selection }) {
  const { checkpoint, document } = doc;
  const { word, name } = describe(checkpoint, selection, useComparison());
  return (
    <>
      <header className="inspector-head">
        <p className="muted">
          {word}
          {selection.to === "file" && ` · ${FILE_KINDS[u8At(checkpoint.files.kind, selection.row)]}`}
        </p>
        <h2 className="mono">
          <Wrapped text={name} />
        </h2>
        <CommandButton id="copy">Copy as text</CommandButton>
      </header>
      <Values doc={doc} selection={selection} />
      {selection.to === "file" && <Holders checkpoint={checkpoint} file={selection.row} />}
      {selection.to === "table" && <DescriptorsOf checkpoint={checkpoint} table={selection.row} />}
      {selection.to === "file" && <DetailsOf checkpoint={checkpoint} file={selection.row} />}
      {!hasBytes(checkpoint) && document !== null && (
        <p className="inspector-section muted">
          This image came in a link or a report, which contain no records, so there are no bytes to show.
        </p>
      )}
      <RecordsOf doc={doc} selection={selection} />
    </>
  );
}

/** Whether the image has its bytes: one from a link or a report has none. */
const hasBytes = ({ records, members }: Checkpoint): boolean => records.count > 0 || members.length > 0;

/** The values of the object, and of the open file if the selection has one. */
function Values({ doc, selection }: { doc: Doc; selection: Selection }) {
  const { checkpoint, document } = doc;
  const { to, row } = selection;
  switch (to) {
    case "task":
      return (
        <>
          <TaskValues checkpoint={checkpoint} task={row} />
          {/* Before the details, whose lists of capabilities are several screens long. */}
          {document !== null && hasBytes(checkpoint) && <Started key={row} document={document} task={row} />}
          <DetailsOfTask checkpoint={checkpoint} task={row} />
        </>
      );
    case "table":
      return <TableValues checkpoint={checkpoint} table={row} />;
    case "record":
      return <RecordValues checkpoint={checkpoint} record={row} />;
    case "file":
      return (
        <>
          <Sharing checkpoint={checkpoint} file={row} except={NONE} />
          <Linked doc={doc} file={row} />
          <FileValues checkpoint={checkpoint} file={row} heading="Values" />
        </>
      );
    case "descriptor": {
      const file: FileRow = i32At(checkpoint.descriptors.file, row);
      return (
        <>
          <DescriptorValues checkpoint={checkpoint} descriptor={row} />
          {file !== NONE && (
            <>
              <Sharing checkpoint={checkpoint} file={file} except={row} />
              <Linked doc={doc} file={file} />
              <FileValues checkpoint={checkpoint} file={file} heading="Open file" />
              <DetailsOf checkpoint={checkpoint} file={file} />
            </>
          )}
        </>
      );
    }
  }
}

/** Further records of an open file whose fields are shown; the Records tab has the others. */
const MOST_RECORDS = 20;

/** The problems and the fields of the records that describe the selection. */
function RecordsOf({ doc: { checkpoint, document }, selection }: { doc: Doc; selection: Selection }) {
  const record = recordOf(checkpoint, selection);
  const further = selection.to === "file" ? [...furtherRecords(checkpoint.fileRecords, selection.row)] : [];
  const records = record === NONE ? further : [record, ...further];
  const shown = records.slice(0, records.length - further.length + MOST_RECORDS);
  return (
    <>
      <ProblemsOf checkpoint={checkpoint} records={record === NONE ? [] : records} />
      {document !== null && shown.length > 0 && (
        <RawFields count={records.length} isWhole={selection.to === "record"}>
          {shown.map((each) => (
            <RecordFields key={`${document}-${each}`} checkpoint={checkpoint} document={document} record={each} />
          ))}
          {records.length > shown.length && (
            <p className="inspector-section muted">
              {counted(records.length - shown.length, "more record")} in the Records tab.
            </p>
          )}
        </RawFields>
      )}
    </>
  );
}

interface RawFieldsProps {
  /** Records. */
  readonly count: number;
  /** Whether a record is selected: the inspector then mainly shows its fields. */
  readonly isWhole: boolean;
  readonly children: ReactNode;
}

/** The fields of records, behind a heading that opens them. Open while bytes are shown: it names them. */
function RawFields({ count, isWhole, children }: RawFieldsProps) {
  const { shell } = usePage();
  const isOpen = useApp(({ fieldsShown, bytesShown }) => fieldsShown ?? bytesShown) || isWhole;
  if (isWhole) return children;
  return (
    <>
      <h3 className="inspector-section raw-fields">
        <button
          type="button"
          className="plain"
          aria-expanded={isOpen}
          onClick={() => shell.store.set({ fieldsShown: !isOpen })}
        >
          <span aria-hidden="true">{isOpen ? "▾" : "▸"} </span>
          Raw fields <span className="muted">of {counted(count, "record")}</span>
        </button>
      </h3>
      {isOpen && children}
    </>
  );
}
