// The page while nothing is open.

import { useEffect, useState } from "react";
import { visible } from "../../model/text/text.ts";
import { copy } from "../../shell/commands/actions.ts";
import { listSamples, type Sample } from "../../shell/opening/samples.ts";
import { CommandButton } from "../CommandButton.tsx";
import { useApp, usePage } from "../context.ts";
import { preloaded } from "../preloaded.tsx";
import "./Empty.css";

// Its storage is used after the page has been painted. Without it, the page works all the same.
const recent = preloaded(
  () => import("./Recent.tsx").then(({ Recent }) => Recent),
  () => null,
);

export function Empty() {
  const { shell } = usePage();
  const failure = useApp((state) => state.failure);
  const closed = useApp((state) => state.closed);
  const wasOpen = useApp((state) => state.wasOpen);
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  useEffect(() => {
    let mounted = true;
    if (shell.network) void listSamples().then((list) => mounted && setSamples(list));
    return () => {
      mounted = false;
    };
  }, [shell]);

  return (
    <main className="empty">
      <h1 className="empty-name">ckptscope</h1>
      {failure && (
        <div className="empty-failure" role="alert">
          <p>{failure.message}</p>
          <p className="muted">{failure.advice}</p>
        </div>
      )}
      {closed.length > 0 && !failure && <Closed names={closed} />}
      <p className="empty-drop">Drop a checkpoint image, or two to compare</p>
      <p className="empty-open">
        <CommandButton id="open">Open…</CommandButton>
        {shell.network && <CommandButton id="open-address">Open an address…</CommandButton>}
        {wasOpen !== null && (
          <CommandButton id="open-again">
            Open {wasOpen.inputs.map(({ name }) => visible(name)).join(" and ")} again
          </CommandButton>
        )}
        <span className="muted">
          or press <kbd>O</kbd>; <kbd>?</kbd> for all keys
        </span>
      </p>
      {shell.network && <recent.Component closed={closed} />}
      {samples.length > 0 && (
        <section aria-label="Samples">
          <h2 className="muted">Samples</h2>
          <ul className="empty-samples">
            {samples.map(({ name, title, about, images }) => (
              <li key={name}>
                <button type="button" className="link" onClick={() => void shell.openSample(name)}>
                  {title}
                </button>
                {images.length === 2 && <span className="empty-pair">before and after</span>}
                <span className="muted">{about}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <MakeImage />
      <div className="muted">
        <p>Linux-CR streams, CRIU image folders and archives of them (tar, ZIP, gzip, zstd, xz, bzip2).</p>
        <p>Nothing leaves this browser.</p>
      </div>
    </main>
  );
}

/** What a reload closed, and how to go on. */
function Closed({ names }: { names: readonly string[] }) {
  const files = names.map(visible).join(" and ");
  return (
    <div className="empty-failure empty-closed" role="status">
      <p>
        The page was reloaded, which closed <span className="mono">{files}</span>: a page cannot reopen your files by
        itself.
      </p>
      <p className="muted">
        Drop or open {names.length === 1 ? "it" : "them"} again to continue with the same selection and filters.
      </p>
    </div>
  );
}

/** How to make an image, for someone who has only this page. */
function MakeImage() {
  return (
    <section className="empty-make muted" aria-label="Make an image">
      <p>No image yet? On Linux, the ckptscope command makes one from a running process:</p>
      <ol>
        <li>
          Install it with <CopyableCommand command="npm install -g ckptscope" /> or as described in its README.
        </li>
        <li>
          Run <CopyableCommand command="ckptscope dump PID -o before.ckpt" />
        </li>
      </ol>
    </section>
  );
}

function CopyableCommand({ command }: { command: string }) {
  const { shell } = usePage();
  return (
    <>
      <code>{command}</code>{" "}
      <button
        type="button"
        className="plain"
        aria-label={`Copy ${command}`}
        onClick={() => void copy(shell, command, "the command")}
      >
        copy
      </button>
    </>
  );
}
