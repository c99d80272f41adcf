// Capabilities by number: Linux include/uapi/linux/capability.h.

const CAPABILITIES = (
  "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE " +
  "NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN " +
  "SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE " +
  "MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE"
).split(" ");

/** Every capability that has a name, by number: `CAP_CHOWN`. */
export const CAPABILITY_NAMES: readonly string[] = CAPABILITIES.map((name) => `CAP_${name}`);

/** The capabilities of a set, given as its 32-bit words, lowest first: `CAP_CHOWN`; those without a name by number. */
export function capabilityNames(words: readonly number[]): string[] {
  const names: string[] = [];
  for (let bit = 0; bit < 32 * words.length; bit++) {
    if ((((words[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 0) continue;
    names.push(CAPABILITY_NAMES[bit] ?? `capability ${bit}`);
  }
  return names;
}
