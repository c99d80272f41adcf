// Resumes stopped processes once the dump that stopped them has ended, even by SIGKILL. `watchdog.ts` starts this
// file's text as a process of its own: the end of its standard input is the end of the dump. Plain JavaScript, because
// Node runs it without a build.

import { readFileSync, writeFileSync } from "node:fs";

/** Start time of a process; undefined: it has ended. */
function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // comm may contain spaces and parentheses; the last parenthesis ends it.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

/** Resumes what is held; see Held in watchdog.ts. */
export function resume(held) {
  for (const { pid, start, group } of held) {
    try {
      if (group !== undefined) writeFileSync(group, "0");
      // The pid may have been reused.
      else if (startOf(pid) === start) process.kill(pid, "SIGCONT");
    } catch {
      // It has ended, or its control group was removed.
    }
  }
}

/** Reads what is held, one JSON array per line, and resumes it at the end of the input. */
function watch() {
  // Signals to the process group of the dump must not end its watchdog first.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"]) process.on(signal, () => {});
  let text = "";
  let done = false;
  const finish = () => {
    if (done) return;
    done = true;
    // A line that was cut short is of a process that was not stopped yet.
    for (const line of text.split("\n").slice(0, -1)) resume(JSON.parse(line));
    process.exit();
  };
  process.stdin.setEncoding("utf8");
  process.stdin.on("data", (chunk) => {
    text += chunk;
  });
  for (const event of ["end", "error", "close"]) process.stdin.on(event, finish);
  process.stdout.on("error", () => {});
  process.stdout.write("ready\n");
}

if (process.argv[1] === "watchdog") watch();
