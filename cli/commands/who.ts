// ckptscope who WHAT [IMAGE]

import { resolve } from "node:path";
import { type Holder, holdersOf, parseTarget, type Target, type WhoDocument } from "../../app/export/who.ts";
import { accessOf } from "../../app/model/names/names.ts";
import { jsonText, shownText, valueBytesOf } from "../../app/model/text/text.ts";
import { counted } from "../../app/model/text/words.ts";
import type { WHO } from "../arguments/commands.ts";
import type { ArgumentsOf } from "../arguments/spec.ts";
import { openKcmp } from "../dump/kcmp.ts";
import { CliError } from "../error.ts";
import { openOne } from "../images.ts";
import { type Io, inChunks } from "../io.ts";
import { liveHolders } from "./who-live.ts";

type WhoOptions = ArgumentsOf<typeof WHO>["options"];

export async function run({ operands, options }: ArgumentsOf<typeof WHO>, io: Io): Promise<number> {
  const { target, image } = split(operands, options);
  const { holders, source } =
    image === null ? await findLive(target, io) : await findInImage(target, image, options, io);
  const document: WhoDocument = { schema: 1, source, target, holders };
  const output = options.json ? [`${jsonText(document)}\n`] : lines(holders);
  for (const chunk of inChunks(output)) if (!(await io.print(chunk))) break;
  return holders.length > 0 ? 0 : 1;
}

/** The subject of the search and the image to search; `null`: the processes of this machine. @throws CliError */
function split(operands: readonly string[], { deleted, live }: WhoOptions): { target: Target; image: string | null } {
  const [what, ...images] = deleted ? [undefined, ...operands] : operands;
  if (!deleted && what === undefined) throw new CliError("expected a path, :PORT or pipe:[INODE], or --deleted");
  if (images.length > 1) throw new CliError("expected at most one image");
  const [image = null] = images;
  if (live && image !== null) throw new CliError("--live and an image are mutually exclusive");
  if (what === undefined) return { target: { kind: "deleted" }, image };
  const target = parseTarget(what);
  if ("refused" in target) throw new CliError(target.refused);
  return { target, image };
}

async function findInImage(target: Target, path: string, options: WhoOptions, io: Io) {
  // Only the addresses of sockets are among the details.
  const { image, input } = await openOne(path, io, options, { details: target.kind === "port" });
  try {
    return { holders: holdersOf(image.checkpoint, target), source: { name: input.name, bytes: input.bytes } };
  } finally {
    input.close();
  }
}

async function findLive(target: Target, io: Io) {
  // A name with a slash is a path relative to the current directory.
  const isRelative = target.kind === "name" && target.name.includes("/") && !/^[\w-]+:/.test(target.name);
  const kcmp = process.platform === "linux" ? await openKcmp() : { missing: "" };
  const wanted: Target = isRelative ? { kind: "path", path: resolve(target.name) } : target;
  const { holders, hidden } = liveHolders(wanted, "missing" in kcmp ? null : kcmp);
  if (hidden > 0) {
    io.complain(`ckptscope who: ${counted(hidden, "process", "processes")} could not be read: permission denied`);
  }
  return { holders, source: null };
}

function* lines(holders: readonly Holder[]): Generator<string> {
  for (const holder of holders) yield `${holderLine(holder)}\n`;
}

/** By `accessOf`. */
const ACCESS = ["r-", "-w", "rw", "--"];

/** `pid 412 fd 3 nginx: rw /var/log/x @4096 O_APPEND`; without pids `nginx (index 2) fd 3: rw /var/log/x`. */
function holderLine(holder: Holder): string {
  const { pid, task, fd, use, deleted, pos, flags, flagNames } = holder;
  const comm = shownText(valueBytesOf({ value: holder.comm, valueBytes: holder.commBytes }));
  const isNamed = pid === null && task !== undefined;
  const named = comm === "" ? `index ${task}` : `${comm} (index ${task})`;
  const who = pid !== null ? `pid ${pid}` : isNamed ? named : "no task known";
  const how = fd === null ? (use ?? "") : `fd ${fd}`;
  const words = [
    flags === null ? "" : (ACCESS[accessOf(flags)] ?? ""),
    shownText(valueBytesOf({ value: holder.name, valueBytes: holder.nameBytes })),
    deleted ? "(unlinked)" : "",
    pos === null ? "" : `@${pos}`,
    ...(flagNames ?? []).slice(1).filter((flag) => flag !== "O_LARGEFILE"),
  ];
  return `${[who, how, isNamed ? "" : comm].filter(Boolean).join(" ")}: ${words.filter(Boolean).join(" ")}`;
}
