// Runs commands of the command line inside the test's own process.

import { main } from "../../cli/ckptscope.ts";
import type { Io } from "../../cli/io.ts";

/** What a command did. */
export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly bytes: Uint8Array;
  readonly complaints: readonly string[];
}

/** Streams that keep what is printed. */
export function recordingIo(columns: number | null = null) {
  const texts: string[] = [];
  const chunks: Uint8Array[] = [];
  const complaints: string[] = [];
  const io: Io = {
    print: async (text) => texts.push(text) > 0,
    printBytes: async (bytes) => chunks.push(bytes) > 0,
    complain: (line) => complaints.push(line),
    readStdin: async () => new Uint8Array(0),
    colour: false,
    columns,
  };
  return { io, texts, chunks, complaints };
}

/** Runs a command; `columns`: standard output is a terminal that wide. */
export async function runCommand(args: readonly string[], columns: number | null = null): Promise<Ran> {
  const { io, texts, chunks, complaints } = recordingIo(columns);
  const status = await main(args, io);
  return { status, out: texts.join(""), bytes: Buffer.concat(chunks), complaints };
}
