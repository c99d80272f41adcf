// Every key, from the registry, and the filter language.

import { COMMAND_GROUPS } from "../../shell/commands/command.ts";
import { keyLabel } from "../../shell/keys.ts";
import { usePage } from "../context.ts";
import { isMac } from "../platform.ts";
import { Modal } from "./Modal.tsx";

const FILTERS: readonly (readonly [string, string])[] = [
  ["nginx log", "rows in which both words occur"],
  ['"my file"', "a word with a space in it"],
  ["fd:3   fd:3-10   pos:>4096", "numbers: equal, from … to, compared"],
  ["kind:socket   path:=/var/log/x", "text: contains, is"],
  ["shared:yes   cloexec:no", "yes or no"],
  ["pos:none", "the image holds no value"],
  ["-kind:pipe", "not"],
];

export function Help() {
  const { commands, shell } = usePage();
  return (
    <Modal label="Keys and filters" className="help">
      <h2>Keys</h2>
      <div className="help-keys">
        {COMMAND_GROUPS.map((group) => (
          <section key={group}>
            <h3 className="muted">{group === "Bytes" ? "Bytes, with the focus there" : group}</h3>
            <dl>
              {commands
                .filter((command) => command.group === group)
                .map(({ id, title, key }) => (
                  <div key={id}>
                    <dt>
                      <kbd>{keyLabel(key, isMac())}</kbd>
                    </dt>
                    <dd>{title}</dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
        <section>
          <h3 className="muted">In tables and trees</h3>
          <dl>
            <div>
              <dt>
                <kbd>↑</kbd> <kbd>↓</kbd>
              </dt>
              <dd>a row; with PageUp, PageDown, Home, End further</dd>
            </div>
            <div>
              <dt>
                <kbd>Enter</kbd>
              </dt>
              <dd>look at the row, everywhere</dd>
            </div>
            <div>
              <dt>
                <kbd>Shift</kbd> <kbd>↓</kbd>
              </dt>
              <dd>mark rows</dd>
            </div>
            <div>
              <dt>
                <kbd>{isMac() ? "⌘C" : "Ctrl+C"}</kbd>
              </dt>
              <dd>copy the marked rows, tab-separated</dd>
            </div>
          </dl>
        </section>
        <section>
          <h3 className="muted">Among bytes</h3>
          <dl>
            <div>
              <dt>
                <kbd>[</kbd> <kbd>]</kbd>
              </dt>
              <dd>the field before, the next field</dd>
            </div>
            <div>
              <dt>
                <kbd>Enter</kbd>
              </dt>
              <dd>select the field; once more, the record</dd>
            </div>
            <div>
              <dt>
                <kbd>Shift</kbd> <kbd>→</kbd>
              </dt>
              <dd>select bytes</dd>
            </div>
            <div>
              <dt>
                <kbd>{isMac() ? "⌘" : "Ctrl"}</kbd> <kbd>End</kbd>
              </dt>
              <dd>the last byte; with Home, the first</dd>
            </div>
          </dl>
        </section>
      </div>
      <h2>Filters</h2>
      <dl>
        {FILTERS.map(([example, about]) => (
          <div key={example} className="help-filter">
            <dt className="mono">{example}</dt>
            <dd>{about}</dd>
          </div>
        ))}
      </dl>
      <p className="muted">
        Any column’s key can stand before the colon: the Columns button lists them. Nothing that you open leaves this
        browser.
      </p>
      <p className="dialog-actions">
        <button type="button" onClick={() => shell.store.set({ dialog: null })}>
          Close
        </button>
      </p>
    </Modal>
  );
}
