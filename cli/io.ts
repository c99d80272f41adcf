// How a command reaches the outside world: printing, reading standard input, the terminal. Tests pass their own.

import { CliError, systemReason } from "./error.ts";

/** The streams of a command. */
export interface Io {
  /**
   * Prints to standard output; resolves when more can be printed, to false once the reader has gone away. Rejects with
   * a CliError for any other failure, such as a full disk.
   */
  print(text: string): Promise<boolean>;
  /** The same for bytes. */
  printBytes(bytes: Uint8Array): Promise<boolean>;
  /** Prints a line to standard error. */
  complain(line: string): void;
  /** Reads standard input to its end; `null` if it has more than `most` bytes. */
  readStdin(most: number): Promise<Uint8Array | null>;
  /** Whether to colour what is printed to standard output. */
  readonly colour: boolean;
  /** Columns of the terminal; `null` if standard output is not a terminal. */
  readonly columns: number | null;
}

/** The streams of this process. NO_COLOR and TERM=dumb switch colours off; so does anything but a terminal. */
export function processIo(): Io {
  // Standard input and standard error are set up when they are first used, which takes some milliseconds.
  const { stdout } = process;
  let closed = false;
  let hasComplained = false;
  // Errors are handled where something is written. Without listeners they would end the process.
  stdout.on("error", () => {});
  const write = (data: string | Uint8Array): Promise<boolean> =>
    new Promise((resolve, reject) => {
      if (closed) resolve(false);
      else
        stdout.write(data, (error) => {
          // `ckptscope show … | head` is not a failure.
          closed = (error as NodeJS.ErrnoException | null | undefined)?.code === "EPIPE";
          if (error && !closed) reject(new CliError(`cannot write to standard output: ${systemReason(error)}`));
          else resolve(!closed);
        });
    });
  return {
    print: write,
    printBytes: write,
    complain: (line) => {
      const { stderr } = process;
      if (!hasComplained) stderr.on("error", () => {});
      hasComplained = true;
      stderr.write(`${line}\n`);
    },
    async readStdin(most) {
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of process.stdin) {
        chunks.push(chunk as Buffer);
        size += (chunk as Buffer).length;
        if (size > most) return null;
      }
      return new Uint8Array(Buffer.concat(chunks));
    },
    colour: stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb",
    columns: stdout.isTTY === true ? stdout.columns : null,
  };
}

/** Size of a chunk in characters: large enough to make a write worth its cost. */
const CHUNK = 64 * 1024;

/** Pieces of text joined into chunks to print. */
export function* inChunks(pieces: Iterable<string>): Generator<string> {
  let chunk = "";
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = "";
  }
  if (chunk !== "") yield chunk;
}

/** Lines of text that end in newlines. */
export function* withNewlines(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`;
}
