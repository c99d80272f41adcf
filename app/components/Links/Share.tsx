// Shows what a link with images inside, or a report, will contain, what it leaves out, and how long it will be.

import { useEffect, useState } from "react";
import { LINK_LIMIT, toLinkText } from "../../link/bundle.ts";
import { LEAVE_OUT, type LeaveOut } from "../../link/leave-out.ts";
import { copy, messageOf, saveMade } from "../../shell/commands/actions.ts";
import { createReport, examplePaths, packDocs, packedAddress } from "../../shell/opening/packed.ts";
import { reachNote } from "../../shell/opening/reach.ts";
import { plainName } from "../../shell/save.ts";
import type { Docs, InProgress } from "../../shell/state.ts";
import { useApp, usePage } from "../context.ts";
import { closeDialog } from "../Dialogs/close.ts";
import { Modal } from "../Dialogs/Modal.tsx";
import "./Links.css";
import { counted, grouped, sizeText } from "../../model/text/words.ts";

const CHOICES: Readonly<Record<LeaveOut, string>> = {
  nothing: "Nothing else",
  directories: "The directories of paths",
  names: "All names: paths, tasks, hosts, addresses of sockets, messages",
};

/** The names in the result, by what is left out. */
const NAMES: Readonly<Record<LeaveOut, string>> = {
  nothing:
    "All names: paths, tasks, hosts, image files, messages, and the addresses of sockets, including those of clients",
  directories:
    "Names of files, tasks, hosts and image files, and the addresses of sockets that are not paths, including those of clients",
  names: "No names: numbers stand for paths and tasks",
};

/** The view in a link, by what is left out. */
const VIEW: Readonly<Record<LeaveOut, string>> = {
  nothing: "The selection, filters and the rest of the view, readable in the link itself",
  directories: "The view and the selection by its pid and fd, but no filters and no selection by its path",
  names: "The view and the selection by its pid and fd, but no filters and no selection by its path",
};

export function ShareDialog({ into }: { into: "link" | "report" }) {
  const { shell } = usePage();
  const docs = useApp((state) => state.docs);
  const [leaveOut, setLeaveOut] = useState<LeaveOut>("nothing");
  const { piece, progress, failure, setFailure } = usePacked(leaveOut);
  const data = into === "link" && piece !== null ? toLinkText(piece) : null;
  const link = data === null ? null : packedAddress(shell, data, leaveOut);
  const tooLong = data !== null && data.length > LINK_LIMIT;
  const finish = async (): Promise<void> => {
    if (piece === null) return;
    if (link !== null) {
      await copy(shell, link, `the link with the image inside${reachNote(link, null)}`);
      closeDialog(shell);
      return;
    }
    const name = leaveOut === "names" ? "checkpoint" : docs.map(({ input }) => plainName(input.name)).join("-to-");
    // Its progress is shown below the dialog.
    closeDialog(shell);
    await saveMade(shell, `${name}.html`, (options) => createReport(shell, piece, options));
  };

  return (
    <Modal label={into === "link" ? "A link with the image inside" : "Save a report"} className="share">
      <p>
        {into === "link"
          ? "The link contains the open images, except for what is left out below: whoever opens it sees this view of them. Browsers do not send the part of a link after # to any server."
          : "One HTML file that contains the open images, except for what is left out below, and shows them without a network."}
      </p>
      <Contents docs={docs} into={into} leaveOut={leaveOut} />
      <fieldset>
        <legend>Also leave out</legend>
        {LEAVE_OUT.map((choice) => (
          <label key={choice} className="share-choice">
            <input type="radio" name="leave-out" checked={choice === leaveOut} onChange={() => setLeaveOut(choice)} />{" "}
            {CHOICES[choice]}
          </label>
        ))}
      </fieldset>
      <div>
        <p className="muted">Paths in the result</p>
        <ul className="share-examples mono">
          {examplePaths(docs, leaveOut).map((name) => (
            <li key={name}>{name}</li>
          ))}
        </ul>
      </div>
      <p role="status" className={failure !== null || tooLong ? "warn" : undefined}>
        {failure ?? sizeOf(piece, link, tooLong)}
        {piece === null && failure === null && progress !== null && (
          <progress aria-label="Packing" value={progress.bytes} max={progress.size || 1} />
        )}
      </p>
      <p className="dialog-actions">
        <button
          type="button"
          className="primary"
          disabled={piece === null || tooLong}
          onClick={() => void finish().catch((error: unknown) => setFailure(messageOf(error)))}
        >
          {into === "link" ? "Copy link" : "Save report"}
        </button>
        <button type="button" onClick={() => closeDialog(shell)}>
          Cancel
        </button>
      </p>
    </Modal>
  );
}

/**
 * The open images, packed once for each choice of what to leave out. `piece` is `null` while packing, and `progress`
 * until packing has taken a while.
 */
function usePacked(leaveOut: LeaveOut) {
  const { shell } = usePage();
  const [piece, setPiece] = useState<Uint8Array<ArrayBuffer> | null>(null);
  const [progress, setProgress] = useState<InProgress["progress"]>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    const control = new AbortController();
    const { signal } = control;
    setPiece(null);
    setFailure(null);
    setProgress(null);
    packDocs(shell, leaveOut, { signal, onProgress: setProgress }).then(setPiece, (error: unknown) => {
      if (!signal.aborted) setFailure(messageOf(error));
    });
    return () => control.abort();
  }, [shell, leaveOut]);
  return { piece, progress, failure, setFailure };
}

/** How large the result is. `link`: the whole link; `null`: it is a report. */
function sizeOf(piece: Uint8Array | null, link: string | null, tooLong: boolean): string {
  if (piece === null) return "Packing…";
  if (link === null) return `${sizeText(piece.length)} of data`;
  const length = grouped(link.length);
  return tooLong
    ? `${length} characters, but the images may take up only ${grouped(LINK_LIMIT)}. Save a report instead.`
    : `The link has ${length} characters. Some chat and mail programs cut long links.`;
}

function Contents({ docs, into, leaveOut }: { docs: Docs; into: "link" | "report"; leaveOut: LeaveOut }) {
  return (
    <dl className="share-contents">
      <dt>Contains</dt>
      <dd>
        {docs.map(({ checkpoint: { tasks, tables, descriptors, files, problems } }, at) => (
          <p key={at === 0 ? "before" : "after"}>
            {docs.length === 2 && <span className="muted">{at === 0 ? "before: " : "after: "}</span>}
            {counted(tasks.count, "task")}, {counted(tables.count, "file table")},{" "}
            {counted(descriptors.count, "descriptor")}, {counted(files.count, "open file")},{" "}
            {counted(problems.length, "problem")}
          </p>
        ))}
        <p>{NAMES[leaveOut]}</p>
        {into === "link" && <p>{VIEW[leaveOut]}</p>}
      </dd>
      <dt>Leaves out</dt>
      <dd>Memory, the contents of pipes and sockets, and all records with their bytes.</dd>
    </dl>
  );
}
