// All keys, from the command registry and of the lists, and the filter language.

import { COMMAND_GROUPS } from "../../shell/commands/command.ts";
import { keyLabel } from "../../shell/keys.ts";
import { usePage } from "../context.ts";
import { isMac } from "../platform.ts";
import { closeDialog } from "./close.ts";
import { Modal } from "./Modal.tsx";

interface KeyHelp {
  readonly keys: readonly string[];
  readonly about: string;
}

/** Keys that are not commands: they act on the list that has the focus. */
const LIST_KEYS = (mac: boolean): readonly KeyHelp[] => [
  { keys: ["↑", "↓"], about: "Previous or next row; also PageUp, PageDown, Home and End" },
  { keys: ["Enter"], about: "Select the row in all views" },
  { keys: ["Shift", "↓"], about: "Mark rows" },
  { keys: [mac ? "⌘C" : "Ctrl+C"], about: "Copy the marked rows, tab-separated" },
];

const BYTE_KEYS = (mac: boolean): readonly KeyHelp[] => [
  { keys: ["[", "]"], about: "Previous or next field" },
  { keys: ["Enter"], about: "Select the field; again: the record" },
  { keys: ["Shift", "→"], about: "Select bytes" },
  { keys: [mac ? "⌘" : "Ctrl", "End"], about: "Last byte; with Home: first byte" },
];

const FILTERS: readonly (readonly [string, string])[] = [
  ["nginx log", "rows that contain both words"],
  ['"my file"', "a phrase with a space"],
  ["fd:3   fd:3-10   pos:>4096", "a number: equal, in a range, greater"],
  ["kind:socket   path:=/var/log/x", "text: contains, equals"],
  ["shared:yes   cloexec:no", "yes or no"],
  ["pos:none", "the image has no value"],
  ["-kind:pipe", "not"],
];

export function Help() {
  const { commands, shell } = usePage();
  const mac = isMac();
  return (
    <Modal label="Keys and filters" className="help">
      <h2>Keys</h2>
      <div className="help-keys">
        {COMMAND_GROUPS.map((group) => (
          <KeyGroup
            key={group}
            title={group === "Bytes" ? "Bytes, while they have the focus" : group}
            keys={commands
              .filter((command) => command.group === group)
              .map(({ key, title }) => ({ keys: [keyLabel(key, mac)], about: title }))}
          />
        ))}
        <KeyGroup title="In tables and trees" keys={LIST_KEYS(mac)} />
        <KeyGroup title="In the bytes" keys={BYTE_KEYS(mac)} />
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
        Before the colon you can use the key of any column; the Columns button lists them. Nothing leaves this browser.
      </p>
      <p className="dialog-actions">
        <button type="button" onClick={() => closeDialog(shell)}>
          Close
        </button>
      </p>
    </Modal>
  );
}

function KeyGroup({ title, keys }: { title: string; keys: readonly KeyHelp[] }) {
  return (
    <section>
      <h3 className="muted">{title}</h3>
      <dl>
        {keys.map(({ keys: parts, about }) => (
          <div key={about}>
            <dt>
              {parts.map((part, at) => (
                <span key={part}>
                  {at > 0 && " "}
                  <kbd>{part}</kbd>
                </span>
              ))}
            </dt>
            <dd>{about}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
