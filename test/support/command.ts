// Runs commands of the command line in the process of the test.

import type { Io } from "../../cli/io.ts";
import { main } from "../../cli/main.ts";

/** What a command printed, and its exit status. */
export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly bytes: Uint8Array;
  readonly complaints: readonly string[];
}

/** Standard input and output of a command. */
export interface Streams {
  readonly stdin?: Uint8Array;
  readonly colour?: boolean;
  /** Width of the terminal; absent: standard output is not a terminal. */
  readonly columns?: number;
}

/** Streams that record what is printed. */
export function recordingIo({ stdin = new Uint8Array(0), colour = false, columns }: Streams = {}) {
  const texts: string[] = [];
  const chunks: Uint8Array[] = [];
  const complaints: string[] = [];
  const io: Io = {
    print: async (text) => texts.push(text) > 0,
    // A chunk is valid only until the next is made.
    printBytes: async (bytes) => chunks.push(bytes.slice()) > 0,
    complain: (line) => complaints.push(line),
    readStdin: async () => stdin,
    colour,
    columns: columns ?? null,
  };
  return { io, texts, chunks, complaints };
}

/** Runs a command. */
export async function runCommand(args: readonly string[], streams: Streams = {}): Promise<Ran> {
  const { io, texts, chunks, complaints } = recordingIo(streams);
  const status = await main(args, io);
  const bytes = Buffer.concat(chunks);
  // Documents are printed as bytes.
  const out = texts.length === 0 ? bytes.toString() : texts.join("");
  return { status, out, bytes, complaints };
}
