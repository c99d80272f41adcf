// Compares the options that will be passed to criu restore with those that an image needs.

import type { NeededOption } from "../needs.ts";
import type { Subject } from "../subject.ts";
import type { Difference } from "./difference.ts";
import { optionsIn } from "./host.ts";

/** What CRIU does without an option that an image needs. */
const WITHOUT: Readonly<Record<string, "error" | "warning" | null>> = {
  // CRIU silently leaves out locks.
  "--file-locks": "warning",
  // The dump needs it; the restore connects to the socket either way.
  "--ext-unix-sk": null,
};

/** Options that may be given several times, each for one mount or file. */
const KEYED: ReadonlySet<string> = new Set(["--external", "--inherit-fd"]);

/** Whether an option is among those given. `--external mnt[KEY]:/path` gives `--external mnt[KEY]`, too. */
function isGiven(options: ReadonlySet<string>, name: string, value: string): boolean {
  if (!options.has(name)) return false;
  if (!KEYED.has(name)) return true;
  // The user chooses the descriptor's number and the device.
  if (value.includes("…")) return true;
  if (name === "--inherit-fd") {
    const key = value.slice(value.indexOf(":"));
    return [...options].some((each) => each.startsWith(`${name}=`) && each.endsWith(key));
  }
  return [...options].some((each) => each === `${name}=${value}` || each.startsWith(`${name}=${value}:`));
}

/** What goes wrong with the options that are given. @param given Absent: the restore gets what it needs. */
export function optionDifferences(
  needed: readonly NeededOption[],
  given: string | undefined,
): readonly (Difference & { readonly subject: Subject })[] {
  if (given === undefined) return [];
  const options = optionsIn(given);
  const found: (Difference & { readonly subject: Subject })[] = [];
  const seen = new Set<string>();
  for (const { option, reason, pid, task, fd, file } of needed) {
    const [name = option, value = ""] = option.split(" ");
    const isClosed = name === "--tcp-established" && options.has("--tcp-close");
    const without = WITHOUT[name] === undefined ? "error" : WITHOUT[name];
    // An option for mounts or files has to be given for each of them.
    const one = KEYED.has(name) ? `${name} ${value}` : name;
    if (without === null || seen.has(one) || (isGiven(options, name, value) && !isClosed)) continue;
    seen.add(one);
    const subject = {
      ...(pid === undefined ? {} : { pid }),
      ...(task === undefined ? {} : { task }),
      ...(fd === undefined ? {} : { fd }),
      ...(file === undefined ? {} : { file }),
    };
    if (isClosed) {
      const message = `With --tcp-close connections are restored closed: ${reason}.`;
      found.push({ code: "host-option-lossy", message, recorded: "connected", actual: "closed", subject });
      continue;
    }
    const message = `${option} is missing: ${reason}.`;
    found.push({
      code: "host-option-missing",
      message,
      recorded: option,
      actual: "not given",
      severity: without,
      subject,
    });
  }
  return found;
}
