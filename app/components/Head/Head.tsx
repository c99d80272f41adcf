// The bar at the top: the open images, their format and size, and what can be done with them.

import { type ReactNode, useRef } from "react";
import { visible } from "../../model/text/text.ts";
import type { CommandGroup } from "../../shell/commands/command.ts";
import { keyLabel } from "../../shell/keys.ts";
import { shownDoc } from "../../shell/selectors.ts";
import { CommandButton } from "../CommandButton.tsx";
import { useApp, usePage } from "../context.ts";
import { FileName } from "../FileName.tsx";
import { isMac } from "../platform.ts";
import { Sides } from "./Sides.tsx";
import { Stepper } from "./Stepper.tsx";
import "./Head.css";
import { counted, sizeText, writerText } from "../../model/text/words.ts";

export function Head() {
  const { shell } = usePage();
  const [before, after] = useApp((state) => state.docs);
  const side = useApp((state) => state.side);
  const doc = useApp(shownDoc);
  if (doc === null) return null;
  const { checkpoint, document } = doc;
  const { tasks, tables, descriptors, files, problems } = checkpoint;
  const size = checkpoint.members.reduce((sum, member) => sum + member.size, 0);
  const errors = problems.filter(({ severity }) => severity === "error").length;
  return (
    <header className="head">
      <h1 className="visually-hidden">ckptscope</h1>
      {before && after ? (
        <>
          <Sides docs={[before, after]} side={side} />
          <Stepper />
        </>
      ) : (
        <>
          <span className="head-name" title={visible(doc.input.name)}>
            <FileName name={visible(doc.input.name)} />
          </span>
          {doc.input.from !== undefined && <span className="muted head-from">from {visible(doc.input.from)}</span>}
          <CommandButton id="format" className="plain head-format">
            <span className="mono">{visible(writerText(checkpoint))}</span>
            {doc.dialect !== null && " (manual)"}
          </CommandButton>
          {document !== null && !checkpoint.complete && <strong className="head-incomplete">incomplete</strong>}
          <span className="head-counts muted">
            <Count>{counted(tasks.count, "task")}</Count>
            <Count>{counted(tables.count, "file table")}</Count>
            <Count>{counted(descriptors.count, "descriptor")}</Count>
            <Count>{counted(files.count, "open file")}</Count>
            {size > 0 && <Count>{sizeText(size)}</Count>}
          </span>
          {problems.length > 0 && (
            <button
              type="button"
              className={errors > 0 ? "plain head-problems head-errors" : "plain head-problems"}
              onClick={() => shell.showListing("problems")}
            >
              {counted(problems.length, "problem")}
            </button>
          )}
        </>
      )}
      <span className="head-actions">
        <CommandButton id="find">Find</CommandButton>
        {after === undefined && <CommandButton id="compare">Compare with…</CommandButton>}
        <CommandButton id="open">Open…</CommandButton>
        <Menu />
      </span>
    </header>
  );
}

const Count = ({ children }: { children: ReactNode }) => <span className="head-count">{children}</span>;

const MENU_GROUPS: readonly CommandGroup[] = ["Open", "Compare", "Selection", "Copy and save"];

/** The commands that are available now, from the registry. */
function Menu() {
  const { commands } = usePage();
  const state = useApp((now) => now);
  const details = useRef<HTMLDetailsElement>(null);
  const close = () => details.current?.removeAttribute("open");
  const shown = commands.filter(({ group, id }) => MENU_GROUPS.includes(group) || id === "palette" || id === "help");
  return (
    <details
      ref={details}
      className="head-menu"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !details.current?.open) return;
        event.preventDefault();
        close();
        details.current.querySelector("summary")?.focus();
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) close();
      }}
    >
      <summary>Actions</summary>
      <ul>
        {shown
          .filter(({ when }) => when(state))
          .map(({ id, title, key, run }) => (
            <li key={id}>
              <button
                type="button"
                className="plain"
                onClick={() => {
                  close();
                  run();
                }}
              >
                <span>{title}</span>
                <kbd>{keyLabel(key, isMac())}</kbd>
              </button>
            </li>
          ))}
        <li className="muted head-promise">Nothing leaves this browser.</li>
      </ul>
    </details>
  );
}
