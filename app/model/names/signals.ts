// Names of signals.

const SIGNALS = (
  "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT " +
  "CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS"
).split(" ");

/** arch/mips/include/uapi/asm/signal.h. */
const MIPS_SIGNALS = (
  "HUP INT QUIT ILL TRAP ABRT EMT FPE KILL BUS SEGV SYS PIPE ALRM TERM USR1 " +
  "USR2 CHLD PWR WINCH URG IO STOP TSTP CONT TTIN TTOU VTALRM PROF XCPU XFSZ"
).split(" ");

/**
 * The name of a signal on an architecture (Machine.arch), `SIGTERM`; real-time signals are `signal 34`; `null` if there
 * is no such signal.
 */
export function signalName(number: number, arch: string | null): string | null {
  const isMips = arch === "mips";
  if (number >= 32 && number <= (isMips ? 127 : 64)) return `signal ${number}`;
  const name = (isMips ? MIPS_SIGNALS : SIGNALS)[number - 1];
  return name === undefined ? null : `SIG${name}`;
}

/** The signals of a 64-bit mask, given as two halves. */
export function signalNames(low: number, high: number, arch: string | null): string[] {
  const names: string[] = [];
  for (let bit = 0; bit < 64; bit++) {
    if ((((bit < 32 ? low : high) >>> (bit & 31)) & 1) === 1)
      names.push(signalName(bit + 1, arch) ?? `signal ${bit + 1}`);
  }
  return names;
}
