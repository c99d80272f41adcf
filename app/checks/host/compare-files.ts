// Compares the paths that an image names with those of a host.

import { type FileKind, modeKind } from "../../model/names/names.ts";
import { shortText, shownText } from "../../model/text/text.ts";
import { counted } from "../../model/text/words.ts";
import type { FileDemand, NameDemand, PathUse } from "./demand.ts";
import type { Compare, Compared, Difference } from "./difference.ts";
import { type FileFacts, shownFact } from "./facts.ts";
import type { Host } from "./host.ts";
import { pathKey } from "./path-key.ts";

const RWX = 0o777;

const octal = (mode: number): string => `0${mode.toString(8)}`;

/** How the restore uses a path, in words. */
export const USE_WORDS: Readonly<Record<PathUse, string>> = {
  open: "open",
  directory: "working directory",
  root: "root directory",
  executable: "executable",
  mapped: "mapped",
  fifo: "path of a FIFO or device",
  link: "stands in for an unlinked file",
  watched: "watched",
  "mounted-on": "mount point",
};

/** What a file must be: `100 bytes, mode 0100640`. */
export function recordedText({ size, mode, buildId }: FileDemand): string {
  return [
    ...(size === null ? [] : [counted(size, "byte")]),
    ...(mode === null ? [] : [`${modeKind(mode)}, mode ${octal(mode & 0o7777)}`]),
    ...(buildId === null ? [] : [`build id ${buildId}`]),
  ].join(", ");
}

/** Compares a path that is opened. */
export const compareFile: Compare<FileDemand> = (demand, host) => {
  const facts = host.files?.get(demand.key);
  if (facts === undefined) return UNKNOWN;
  if (facts.type === "missing") return { actual: actualText, differences: [missing(demand)] };
  if (facts.mode === undefined) return UNKNOWN;
  if (isAsRecorded(demand, facts, host)) return AS_RECORDED;
  return { actual: actualText, differences: [...differencesOf(demand, facts, facts.mode, host)] };
};

function actualText(demand: FileDemand, { files }: Host): string {
  const facts = files?.get(demand.key);
  if (facts === undefined || facts.type === "missing") return "missing";
  const { mode, size, buildId } = facts;
  return [
    ...(demand.size === null || size === undefined ? [] : [counted(Number(size), "byte")]),
    ...(mode === undefined ? [] : [`${modeKind(mode)}, mode ${octal(mode & 0o7777)}`]),
    ...(demand.buildId === null || buildId === undefined
      ? []
      : [buildId === null ? "no build id" : `build id ${shownFact(buildId)}`]),
  ].join(", ");
}

const UNKNOWN: Compared<FileDemand> = { actual: null, differences: [] };
const AS_RECORDED: Compared<FileDemand> = { actual: actualText, differences: [] };

/** Whether there is certainly no difference. Fast, because an image may name a million files, nearly all unchanged. */
function isAsRecorded({ mode, size, buildId, isWritten, key }: FileDemand, facts: FileFacts, host: Host): boolean {
  return (
    (mode === null || mode === facts.mode) &&
    (size === null || facts.size === undefined || Number(facts.size) === size) &&
    (buildId === null || buildId === facts.buildId) &&
    (mode !== null || !isWritten || facts.type !== "directory") &&
    facts.target === undefined &&
    facts.queued === undefined &&
    host.before === null &&
    (!isWritten || (facts.immutable !== true && facts.appendOnly !== true && !isUnder(host.readOnly, key)))
  );
}

const isUnder = (folders: readonly string[], path: string): boolean =>
  folders.some((folder) => path.startsWith(folder));

/** Kinds that are not nouns in a sentence. */
const NOUNS: Partial<Record<FileKind, string>> = {
  regular: "regular file",
  fifo: "FIFO",
  unknown: "file of unknown type",
};

const nounOf = (kind: FileKind): string => NOUNS[kind] ?? kind;

const nameIn = ({ path }: { readonly path: Uint8Array }): string => shownText(path);

function missing(demand: FileDemand): Difference {
  const name = nameIn(demand);
  const what =
    demand.standsFor === undefined
      ? `${name} does not exist`
      : `${name}, which stands in for the unlinked ${shownText(demand.standsFor)}, does not exist`;
  const message = `${what} (${USE_WORDS[demand.use]}).`;
  return { code: "host-file-missing", message, recorded: "exists", actual: "missing" };
}

function* differencesOf(demand: FileDemand, facts: FileFacts, mode: number, host: Host): Generator<Difference> {
  const name = nameIn(demand);
  if (demand.mode !== null && modeKind(demand.mode) !== modeKind(mode)) {
    const [recorded, actual] = [modeKind(demand.mode), modeKind(mode)];
    const message = `${name} was a ${nounOf(recorded)} and is a ${nounOf(actual)}.`;
    yield { code: "host-file-type", message, recorded, actual };
    return;
  }
  if (demand.mode === null && demand.isWritten && facts.type === "directory") {
    const message = `${name} is a directory, and was open for writing.`;
    yield { code: "host-file-type", message, recorded: "open for writing", actual: "directory" };
    return;
  }
  yield* attributes(demand, facts, host);
  yield* sizeOf(demand, facts);
  yield* buildIdOf(demand, facts, host);
  if (demand.mode !== null && demand.mode !== mode) yield* modeOf(demand, demand.mode, mode, host);
  if (facts.target !== undefined) {
    const target = shownFact(facts.target);
    const message = `${name} leads to ${target}: the restored descriptor gets that name.`;
    yield { code: "host-file-elsewhere", message, recorded: name, actual: target };
  }
  yield* contentsOf(demand, facts, host);
  if (facts.type === "fifo" && (facts.queued ?? 0) > 0) {
    const by = (facts.openBy ?? []).map(({ pid, name: comm }) => `pid ${pid} ${shownFact(comm)}`).join(", ");
    const message = `${name} holds ${counted(facts.queued ?? 0, "byte")} from other processes (${shortText(by)}).`;
    yield {
      code: "host-fifo-filled",
      message,
      recorded: "only the bytes in the image",
      actual: counted(facts.queued ?? 0, "byte"),
    };
  }
}

function* attributes({ isWritten, isAppended, path }: FileDemand, facts: FileFacts, host: Host): Generator<Difference> {
  if (!isWritten) return;
  const name = shownText(path);
  const recorded = isAppended ? "open for appending" : "open for writing";
  if (facts.immutable === true || (facts.appendOnly === true && !isAppended)) {
    const actual = facts.immutable === true ? "immutable" : "append-only";
    yield { code: "host-file-locked", message: `${name} is ${actual} and was ${recorded}.`, recorded, actual };
  }
  if (facts.type !== "regular") return;
  const mount = mountOf(host, facts.target ?? facts.path);
  if (mount?.readOnly !== true) return;
  const actual = `read-only (${shownFact(mount.at)})`;
  yield {
    code: "host-file-read-only",
    message: `${name} was ${recorded}; ${shownFact(mount.at)} is mounted read-only.`,
    recorded,
    actual,
  };
}

/** The mount that a path is in: the longest that is a prefix of it, the last of several. */
function mountOf({ facts }: Host, path: string) {
  if (facts.made.root !== null) return undefined;
  let best: { at: string; readOnly: boolean } | undefined;
  for (const mount of facts.mounts ?? []) {
    const isIn = mount.at === "/" || path === mount.at || path.startsWith(`${mount.at}/`);
    if (isIn && mount.at.length >= (best?.at.length ?? 0)) best = mount;
  }
  return best;
}

function* sizeOf({ size, path, standsFor }: FileDemand, facts: FileFacts): Generator<Difference> {
  if (size === null || facts.size === undefined || facts.size === String(size)) return;
  const [recorded, actual] = [counted(size, "byte"), counted(Number(facts.size), "byte")];
  const of = standsFor === undefined ? "" : ` (for ${shownText(standsFor)})`;
  yield {
    code: "host-file-size",
    message: `${shownText(path)}${of} had ${recorded} and has ${actual}.`,
    recorded,
    actual,
  };
}

const ONLY_SIZE = "--file-validation=filesize";

function* buildIdOf({ buildId, path, size }: FileDemand, facts: FileFacts, host: Host): Generator<Difference> {
  if (buildId === null || facts.buildId === undefined || facts.buildId === buildId) return;
  if (size !== null && facts.size !== undefined && facts.size !== String(size)) return;
  const name = shownText(path);
  const recorded = `build id ${buildId}`;
  if (facts.buildId === null) {
    const message = `${name} had the build id ${buildId} and now has none: CRIU maps it regardless.`;
    yield { code: "host-build-id-missing", message, recorded, actual: "no build id" };
    return;
  }
  const actual = `build id ${shownFact(facts.buildId)}`;
  const message = `${name} is from another build: ${buildId} → ${shownFact(facts.buildId)}.`;
  const isIgnored = host.options?.has(ONLY_SIZE) === true;
  yield isIgnored
    ? { code: "host-build-id", message, recorded, actual, severity: "warning" }
    : { code: "host-build-id", message, recorded, actual, option: ONLY_SIZE };
}

const NO_RWX = "--skip-file-rwx-check";

function* modeOf({ path }: FileDemand, recorded: number, actual: number, host: Host): Generator<Difference> {
  const isOnlyRwx = ((recorded ^ actual) & ~RWX) === 0;
  if (isOnlyRwx && host.options?.has(NO_RWX) === true) return;
  const [before, after] = [octal(recorded & 0o7777), octal(actual & 0o7777)];
  const message = `${shownText(path)} had the mode ${before} and has ${after}.`;
  const difference = { code: "host-file-mode", message, recorded: `mode ${before}`, actual: `mode ${after}` };
  yield isOnlyRwx ? { ...difference, option: NO_RWX } : difference;
}

/** Compares with the facts of the dump's host, which identify the file where the image does not. */
function* contentsOf(demand: FileDemand, facts: FileFacts, { before }: Host): Generator<Difference> {
  const then = before?.get(demand.key);
  if (then === undefined || then.type !== "regular" || facts.type !== "regular") return;
  const name = nameIn(demand);
  const text = (file: FileFacts): string =>
    [`inode ${file.device ?? "?"}/${file.inode ?? "?"}`, counted(Number(file.size ?? 0), "byte")].join(", ");
  const [recorded, actual] = [text(then), text(facts)];
  const replaced = `${name} has different contents than at the dump`;
  if (then.sha256 !== undefined && facts.sha256 !== undefined) {
    if (then.sha256 === facts.sha256) return;
    yield { code: "host-file-replaced", message: `${replaced}: its checksum differs.`, recorded, actual };
  } else if (then.size !== facts.size) {
    if (demand.size !== null) return;
    yield {
      code: "host-file-replaced",
      message: `${replaced}: it had ${then.size} bytes and has ${facts.size}.`,
      recorded,
      actual,
    };
  } else if (then.inode !== facts.inode || then.device !== facts.device) {
    if (demand.buildId !== null && facts.buildId === demand.buildId) return;
    const message = `${name} is not the file it was at the dump (${recorded} → ${actual}); its contents were not compared.`;
    yield { code: "host-file-uncompared", message, recorded, actual };
  }
}

/** Compares the old name of an unlinked file. */
export const compareName: Compare<NameDemand> = ({ path }, host) => {
  const facts = host.files?.get(pathKey(path));
  if (facts === undefined || facts.type === "unknown") return { actual: null, differences: [] };
  if (facts.type === "missing") return { actual: "free", differences: [] };
  const name = shownText(path);
  const message = `${name} was unlinked and exists again: the restored file is named ${name}.cr_link.`;
  return {
    actual: facts.type,
    differences: [{ code: "host-name-taken", message, recorded: "unlinked", actual: facts.type }],
  };
};
