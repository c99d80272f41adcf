// Before images are put into a link or a report: what that will hold, what it leaves out, and how long it gets.

import { useEffect, useState } from "react";
import { LINK_LIMIT, toLinkText } from "../../link/bundle.ts";
import { LEAVE_OUT, type LeaveOut } from "../../link/leave-out.ts";
import { createReport, examplePaths, packDocs } from "../../shell/packed.ts";
import { copyText, plainName, saveFile } from "../../shell/save.ts";
import { useApp, usePage } from "../context.ts";
import { Modal } from "../Dialogs/Modal.tsx";
import "./Links.css";
import { counted, grouped, sizeText } from "../../model/words.ts";

const CHOICES: Readonly<Record<LeaveOut, string>> = {
  nothing: "Nothing more",
  directories: "The directories of paths",
  names: "All names: paths, task names, host names, messages",
};

export function ShareDialog({ into }: { into: "link" | "report" }) {
  const { shell } = usePage();
  const docs = useApp((state) => state.docs);
  const [leaveOut, setLeaveOut] = useState<LeaveOut>("nothing");
  const [piece, setPiece] = useState<Uint8Array<ArrayBuffer> | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    let here = true;
    setPiece(null);
    packDocs(shell, leaveOut).then(
      (made) => here && setPiece(made),
      (error: unknown) => here && setFailure(error instanceof Error ? error.message : String(error)),
    );
    return () => {
      here = false;
    };
  }, [shell, leaveOut]);

  const close = () => shell.store.set({ dialog: null });
  const data = into === "link" && piece !== null ? toLinkText(piece) : null;
  const tooLong = data !== null && data.length > LINK_LIMIT;
  const finish = async () => {
    if (piece === null) return;
    if (data !== null) {
      const done = await copyText(shell.address({ data }));
      shell.notify(
        done ? "Copied the link with the image inside." : "The browser does not let the page use the clipboard.",
      );
    } else {
      try {
        const name = leaveOut === "names" ? "checkpoint" : docs.map(({ input }) => plainName(input.name)).join("-to-");
        saveFile(`${name}.html`, await createReport(piece));
      } catch (error) {
        setFailure(error instanceof Error ? error.message : String(error));
        return;
      }
    }
    close();
  };

  return (
    <Modal label={into === "link" ? "A link with the image inside" : "Save a report"} className="share">
      <p>
        {into === "link"
          ? "The link holds what is open; whoever opens it sees the same page. What stands after # in a link is sent to no server."
          : "One HTML file that holds what is open and shows this page without a network."}
      </p>
      <dl className="share-holds">
        <dt>Holds</dt>
        <dd>
          {docs.map(({ checkpoint: { tasks, tables, descriptors, files, problems } }, at) => (
            <p key={at === 0 ? "before" : "after"}>
              {docs.length === 2 && <span className="muted">{at === 0 ? "before: " : "after: "}</span>}
              {counted(tasks.count, "task")}, {counted(tables.count, "file table")},{" "}
              {counted(descriptors.count, "descriptor")}, {counted(files.count, "open file")},{" "}
              {counted(problems.length, "problem")}
            </p>
          ))}
        </dd>
        <dt>Leaves out</dt>
        <dd>Memory, the contents of pipes and sockets, all records and their bytes.</dd>
      </dl>
      <fieldset>
        <legend>Leave out also</legend>
        {LEAVE_OUT.map((choice) => (
          <label key={choice} className="share-choice">
            <input type="radio" name="leave-out" checked={choice === leaveOut} onChange={() => setLeaveOut(choice)} />{" "}
            {CHOICES[choice]}
          </label>
        ))}
      </fieldset>
      <div>
        <p className="muted">Paths will read</p>
        <ul className="share-examples mono">
          {examplePaths(docs, leaveOut).map((name) => (
            <li key={name}>{name}</li>
          ))}
        </ul>
      </div>
      <p role="status">
        {failure !== null ? (
          <span className="warn">{failure}</span>
        ) : piece === null ? (
          "Packing …"
        ) : data === null ? (
          `${sizeText(piece.length)} of data.`
        ) : tooLong ? (
          <span className="warn">
            {grouped(data.length)} characters, more than the {grouped(LINK_LIMIT)} that a link may carry. Save a report
            instead.
          </span>
        ) : (
          `${grouped(data.length)} characters, of ${grouped(LINK_LIMIT)} that a link may carry. Some chats and mail programs cut long links.`
        )}
      </p>
      <p className="dialog-actions">
        <button type="button" className="primary" disabled={piece === null || tooLong} onClick={() => void finish()}>
          {into === "link" ? "Copy the link" : "Save"}
        </button>
        <button type="button" onClick={close}>
          Cancel
        </button>
      </p>
    </Modal>
  );
}
