// What a command may do to the world: print, read standard input, know its terminal. Tests give their own.

/** The streams of a command. */
export interface Io {
  /** Prints to standard output; resolves when more can be printed, false if nobody reads any more. */
  print(text: string): Promise<boolean>;
  /** The same for bytes. */
  printBytes(bytes: Uint8Array): Promise<boolean>;
  /** Prints a line to standard error. */
  complain(line: string): void;
  readStdin(): Promise<Uint8Array>;
  /** Whether standard output is a terminal that wants colours. */
  readonly colour: boolean;
  /** Columns of the terminal; `null` if standard output is none. */
  readonly columns: number | null;
}

/** The streams of this process. NO_COLOR is honoured. */
export function processIo(): Io {
  const { stdout, stderr, stdin } = process;
  let closed = false;
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    // `ckptscope show … | head` is no failure.
    if (error.code !== "EPIPE") throw error;
    closed = true;
  });
  const write = (data: string | Uint8Array): Promise<boolean> =>
    new Promise((resolve) => {
      if (closed) resolve(false);
      else stdout.write(data, () => resolve(!closed));
    });
  return {
    print: write,
    printBytes: write,
    complain: (line) => {
      stderr.write(`${line}\n`);
    },
    async readStdin() {
      const chunks: Buffer[] = [];
      for await (const chunk of stdin) chunks.push(chunk as Buffer);
      return new Uint8Array(Buffer.concat(chunks));
    },
    colour: stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb",
    columns: stdout.isTTY === true ? stdout.columns : null,
  };
}
