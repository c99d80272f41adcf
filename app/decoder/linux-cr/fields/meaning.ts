// The meaning of a field's value, by the field's name.

import { flagNames, LINUX_EXIT_STATES, LINUX_TASK_STATES, modeNames } from "../../../model/names/names.ts";
import { flagsText, timeText } from "../../../model/text/words.ts";
import type { Dialect } from "../catalogue/dialect.ts";
import { vmFlagNames } from "../catalogue/vm-flags.ts";

/** Enums by the fields that hold them. */
const ENUMS: Readonly<Record<string, string>> = {
  f_type: "CKPT_FILE",
  objtype: "CKPT_OBJ",
  vma_type: "CKPT_VMA",
  arch_id: "CKPT_ARCH",
  function_type: "CKPT_RESTART_BLOCK",
  ipc_type: "CKPT_HDR",
};

/** Sets of capabilities by their key in the details of tasks, and the letter that CRED has for them. */
export const CAPABILITY_SETS = [
  ["effective", "e"],
  ["permitted", "p"],
  ["inheritable", "i"],
  ["bounding", "b"],
] as const;

// Linux include/linux/auxvec.h.
const AUXV: readonly (string | undefined)[] = [
  "AT_NULL",
  "AT_IGNORE",
  "AT_EXECFD",
  "AT_PHDR",
  "AT_PHENT",
  "AT_PHNUM",
  "AT_PAGESZ",
  "AT_BASE",
  "AT_FLAGS",
  "AT_ENTRY",
  "AT_NOTELF",
  "AT_UID",
  "AT_EUID",
  "AT_GID",
  "AT_EGID",
  "AT_PLATFORM",
  "AT_HWCAP",
  "AT_CLKTCK",
  ...Array.from({ length: 5 }, () => undefined),
  "AT_SECURE",
  "AT_BASE_PLATFORM",
  "AT_RANDOM",
  ...Array.from({ length: 5 }, () => undefined),
  "AT_EXECFN",
  "AT_SYSINFO",
  "AT_SYSINFO_EHDR",
];

const ADDRESSES =
  /^(magic|vm_start|vm_end|(start|end)_(code|data)|start_brk|brk|start_stack|(arg|env)_(start|end)|ip|sp|vdso|address\[\d+\])$/;

const RLIM_INFINITY = (1n << 64n) - 1n;

/**
 * The meaning of a field's value in words; `null` if the number needs no explanation.
 *
 * @param arch Machine.arch, as the O_ flags differ between machines.
 * @param name The field's name, without the names of the structs that it is nested in.
 */
export function meaning(dialect: Dialect, arch: string | null, name: string, value: bigint): string | null {
  const number = Number(value);
  const prefix = ENUMS[name];
  if (prefix !== undefined) return dialect.enumName(prefix, number) ?? null;
  if (ADDRESSES.test(name)) return `0x${value.toString(16)}`;
  switch (name) {
    case "f_flags":
      return `${flagNames(number, arch).join(" | ")} (${flagsText(number)})`;
    case "f_mode":
      return modeNames(number).join(" | ");
    case "vm_flags":
      return vmFlagNames(value).join(" | ") || null;
    case "fd_close_on_exec":
      return number === 0 ? "kept on exec" : "closed on exec";
    case "state":
      return LINUX_TASK_STATES[number] ?? null;
    case "exit_state":
      return LINUX_EXIT_STATES[number] ?? null;
    case "a_type":
      return AUXV[number] ?? null;
    case "rlim_cur":
    case "rlim_max":
      return value === RLIM_INFINITY ? "unlimited" : null;
    case "time": {
      const text = timeText(number);
      return text === String(number) ? null : text;
    }
    default:
      return null;
  }
}
