// Tar archives: lists members with their offsets, or reads one that arrives in pieces.

import { visible } from "../../model/text/text.ts";
import { HIGHEST, limitMessage } from "../limits.ts";
import type { Source } from "../source.ts";
import type { ArchiveProblem } from "./problem.ts";
import { BLOCK, createTarParser, isTarHeader, META_LIMIT, padded, type Step, type TarEntry } from "./tar-header.ts";

/** A member of an archive, and where its bytes begin. */
export interface TarMember extends TarEntry {
  readonly offset: number;
}

/** How many zeros after the end marker are passed over, in search of another archive, before the rest is ignored. */
const AFTER_END_LIMIT = 1 << 20;

const damagedHeader = (offset: number): ArchiveProblem => ({
  severity: "error",
  code: "bad-archive-header",
  message: "The archive is damaged: a header was expected here. The rest is not read.",
  offset,
});

const truncated = (name: string, offset: number): ArchiveProblem => ({
  severity: "error",
  code: "truncated-archive",
  message: `The archive ends in the middle of ${name}.`,
  offset,
});

const tooLarge = (offset: number): ArchiveProblem => ({
  severity: "warning",
  code: "oversized-archive-header",
  message: `A header of more than ${META_LIMIT} bytes was skipped.`,
  offset,
});

export const tooMany = (most: number, offset: number): ArchiveProblem => ({
  severity: "error",
  code: "too-many-members",
  message: limitMessage("members", most),
  limit: "members",
  offset,
});

const noEnd = (offset: number): ArchiveProblem => ({
  severity: "note",
  code: "archive-without-end",
  message: "The archive ends without an end-of-archive marker.",
  offset,
});

const continues = (offset: number): ArchiveProblem => ({
  severity: "note",
  code: "archive-continues",
  message: "Another archive follows after the end-of-archive marker; it is read too.",
  offset,
});

const afterEnd = (offset: number): ArchiveProblem => ({
  severity: "note",
  code: "bytes-after-end",
  message: "Other data follows after the end-of-archive marker; not read.",
  offset,
});

/** Counts blank blocks: two are the end marker. */
interface Blanks {
  count: number;
}

/** The meaning of a block after the blanks before it. */
function stepAfterBlanks(
  step: Step,
  block: Uint8Array,
  offset: number,
  blanks: Blanks,
  problem: (problem: ArchiveProblem) => void,
): Step | "done" {
  if (step.kind === "blank") {
    blanks.count++;
    return step;
  }
  if (blanks.count < 2) {
    blanks.count = 0;
    return step;
  }
  blanks.count = 0;
  if (!isTarHeader(block)) {
    problem(afterEnd(offset));
    return "done";
  }
  problem(continues(offset));
  return step;
}

/** Lists a tar's members by its headers alone: bodies are not read. `most`: of them. */
export async function listTar(
  source: Source,
  signal?: AbortSignal,
  most = HIGHEST.members,
): Promise<{ readonly members: TarMember[]; readonly problems: ArchiveProblem[] }> {
  const members: TarMember[] = [];
  const problems: ArchiveProblem[] = [];
  const problem = (found: ArchiveProblem): void => {
    if (problems.length < 1000) problems.push(found);
  };
  const parser = createTarParser(problem);
  const blanks: Blanks = { count: 0 };
  let held = { base: 0, bytes: new Uint8Array(0) as Uint8Array };
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    if (offset < held.base || offset + length > held.base + held.bytes.length) {
      signal?.throwIfAborted();
      const size = Math.min(Math.max(length, 64 << 10), source.size - offset);
      held = { base: offset, bytes: await source.read(offset, size) };
    }
    return held.bytes.subarray(offset - held.base, offset - held.base + length);
  };
  const end = (last?: ArchiveProblem) => {
    if (last !== undefined) problems.push(last);
    return { members, problems };
  };
  let at = 0;
  while (at < source.size) {
    if (blanks.count * BLOCK > AFTER_END_LIMIT) return end();
    const block = at + BLOCK <= source.size ? await read(at, BLOCK) : new Uint8Array(0);
    if (block.length < BLOCK) return end(blanks.count < 2 ? truncated("a header", at) : undefined);
    const step = stepAfterBlanks(parser.header(block, at), block, at, blanks, problem);
    if (step === "done") return end();
    if (step.kind === "bad") return end(damagedHeader(at));
    at += BLOCK;
    if (step.kind === "blank" || step.kind === "extension") continue;
    const left = source.size - at;
    if (step.kind === "entry") {
      if (members.length >= most) return end(tooMany(most, at - BLOCK));
      const size = step.entry.sparse ? step.entry.size : Math.min(step.entry.size, left);
      members.push({ ...step.entry, offset: at, size });
    } else if (step.kind === "meta") {
      if (step.body > META_LIMIT) problem(tooLarge(at - BLOCK));
      else if (step.body <= left) parser.meta(step.type, await read(at, step.body), at - BLOCK);
    }
    if (step.body > left) {
      return end(truncated(step.kind === "entry" ? visible(step.entry.name) : "a header", at - BLOCK));
    }
    at += padded(step.body);
  }
  return end(blanks.count < 2 ? noEnd(at) : undefined);
}

/** Receives the members of a streamed tar. */
export interface TarSink {
  /**
   * A member begins. Returns a function that takes each block of its body (to be copied) until it returns false; `null`
   * if the body is not needed.
   */
  entry(entry: TarEntry): ((bytes: Uint8Array) => boolean) | null;
  /** The body of the last member has ended; `whole` unless the archive is cut off. */
  entryEnd(whole: boolean): void;
}

/** A tar that arrives in pieces. */
export interface TarStream {
  /** Takes the next bytes. Returns whether it wants more; if not, they are ignored. */
  push(bytes: Uint8Array): boolean;
  /** To be called when there are no more bytes. */
  end(): void;
}

interface StreamState {
  offset: number;
  entries: number;
  /** Bytes of the body, and of its padding, that are still to come. */
  body: number;
  padding: number;
  kind: "header" | "entry" | "meta" | "skip" | "done";
  write: ((bytes: Uint8Array) => boolean) | null;
  meta: { readonly type: string; readonly bytes: Uint8Array; filled: number } | null;
  name: string;
}

/** `most`: members. */
export function createTarStream(
  sink: TarSink,
  problem: (problem: ArchiveProblem) => void,
  most = HIGHEST.members,
): TarStream {
  const parser = createTarParser(problem);
  const blanks: Blanks = { count: 0 };
  const block = new Uint8Array(BLOCK);
  let filled = 0;
  const state: StreamState = {
    offset: 0,
    entries: 0,
    body: 0,
    padding: 0,
    kind: "header",
    write: null,
    meta: null,
    name: "",
  };

  const begin = (): void => {
    const at = state.offset - BLOCK;
    const step = stepAfterBlanks(parser.header(block, at), block, at, blanks, problem);
    if (step === "done" || step.kind === "bad") {
      if (step !== "done") problem(damagedHeader(at));
      state.kind = "done";
      return;
    }
    if (step.kind === "blank" || step.kind === "extension") return;
    state.body = step.body;
    state.padding = padded(step.body) - step.body;
    state.name = step.kind === "entry" ? visible(step.entry.name) : "a header";
    state.kind = "skip";
    if (step.kind === "entry") {
      if (state.entries++ >= most) {
        problem(tooMany(most, at));
        state.kind = "done";
        return;
      }
      state.write = sink.entry(step.entry);
      state.kind = "entry";
    } else if (step.kind === "meta") {
      if (step.body > META_LIMIT) problem(tooLarge(at));
      else {
        state.meta = { type: step.type, bytes: new Uint8Array(step.body), filled: 0 };
        state.kind = "meta";
      }
    }
    if (state.body === 0) finish();
  };

  const finish = (): void => {
    if (state.kind === "entry") sink.entryEnd(true);
    else if (state.meta !== null) parser.meta(state.meta.type, state.meta.bytes, state.offset);
    state.write = null;
    state.meta = null;
    state.kind = state.padding > 0 ? "skip" : "header";
    state.body = state.padding;
    state.padding = 0;
  };

  /** Takes bytes of a header or body. Returns how many. */
  const takeSome = (bytes: Uint8Array, at: number): number => {
    const wanted = state.kind === "header" ? BLOCK - filled : state.body;
    const taken = Math.min(wanted, bytes.length - at);
    const piece = bytes.subarray(at, at + taken);
    state.offset += taken;
    if (state.kind === "header") {
      block.set(piece, filled);
      filled = (filled + taken) % BLOCK;
      if (filled === 0) begin();
      return taken;
    }
    if (state.kind === "entry") {
      if (state.write !== null && !state.write(piece)) state.write = null;
    } else if (state.meta !== null) {
      state.meta.bytes.set(piece, state.meta.filled);
      state.meta.filled += taken;
    }
    state.body -= taken;
    if (state.body === 0) finish();
    return taken;
  };

  return {
    push(bytes) {
      for (let at = 0; at < bytes.length && state.kind !== "done"; ) at += takeSome(bytes, at);
      return state.kind !== "done";
    },
    end() {
      const { kind, offset } = state;
      if (kind === "entry") sink.entryEnd(false);
      if (kind === "entry" || kind === "meta" || (kind === "skip" && state.body > 0)) {
        problem(truncated(state.name, offset));
      } else if (kind === "header" && blanks.count < 2) {
        problem(filled > 0 ? truncated("a header", offset) : noEnd(offset));
      }
      state.kind = "done";
    },
  };
}
