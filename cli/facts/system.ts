// What this machine is: kernel, processor, limits, settings, security modules, mounts, interfaces, terminals.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { endianness, machine, networkInterfaces, release, version } from "node:os";
import type { HostFacts } from "../../app/checks/host/facts.ts";
import { RESOURCE_OF_LIMIT } from "../../app/checks/host/resources.ts";
import { capabilityNames } from "../../app/model/names/capabilities.ts";

/** A file of the kernel as text; "" if it cannot be read. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

const AT_PAGESZ = 6n;

/** The size of a page, from the auxiliary vector: pairs of words. */
function pageSize(): number {
  let bytes: Buffer;
  try {
    bytes = readFileSync("/proc/self/auxv");
  } catch {
    return 4096;
  }
  const wordAt = (at: number): bigint =>
    endianness() === "LE" ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at);
  for (let at = 0; at + 16 <= bytes.length; at += 16) if (wordAt(at) === AT_PAGESZ) return Number(wordAt(at + 8));
  return 4096;
}

/** The kernel. */
export const readKernel = (): HostFacts["kernel"] => ({
  release: release(),
  version: version(),
  machine: machine(),
  pageSize: pageSize(),
});

/** The first processor of /proc/cpuinfo. */
export function readProcessor(): HostFacts["cpu"] {
  const [first = ""] = textOf("/proc/cpuinfo").split("\n\n");
  const field = (name: string): string => new RegExp(`^${name}\\s*:\\s*(.*)$`, "m").exec(first)?.[1] ?? "";
  const flags = field("flags") || field("Features") || field("features");
  return { model: field("model name") || field("Model") || machine(), flags: flags.split(/\s+/).filter(Boolean) };
}

const unlessUnlimited = (text: string): string | null => (text === "unlimited" ? null : text);

/** Resource limits of this process. */
export function readLimits(): NonNullable<HostFacts["limits"]> {
  const found = [];
  for (const line of textOf("/proc/self/limits").split("\n")) {
    const [, name = "", soft, hard] = /^(Max [a-z ]+?)\s{2,}(\S+)\s+(\S+)/.exec(line) ?? [];
    const resource = RESOURCE_OF_LIMIT[name];
    if (resource === undefined || soft === undefined || hard === undefined) continue;
    found.push({ resource, soft: unlessUnlimited(soft), hard: unlessUnlimited(hard) });
  }
  return found;
}

/** Kernel settings that affect a restore. */
const SYSCTLS = [
  "fs.nr_open",
  "fs.file-max",
  "kernel.pid_max",
  "kernel.threads-max",
  "kernel.yama.ptrace_scope",
  "kernel.unprivileged_userns_clone",
  "net.ipv4.ip_nonlocal_bind",
  "net.ipv4.ip_unprivileged_port_start",
  "vm.max_map_count",
  "vm.overcommit_memory",
];

export function readSettings(): NonNullable<HostFacts["sysctls"]> {
  const found: Record<string, string> = {};
  for (const name of SYSCTLS) {
    const value = textOf(`/proc/sys/${name.replaceAll(".", "/")}`).trim();
    if (value !== "") found[name] = value;
  }
  return found;
}

/** Loaded security modules. Without securityfs, those with a file system of their own. */
export function readSecurity(): NonNullable<HostFacts["security"]> {
  const listed = textOf("/sys/kernel/security/lsm").trim();
  if (listed !== "") return listed.split(",");
  const found = [];
  if (existsSync("/sys/fs/selinux/enforce")) found.push("selinux");
  if (textOf("/sys/module/apparmor/parameters/enabled").startsWith("Y")) found.push("apparmor");
  return found;
}

/** Effective capabilities of this process. */
export function readCapabilities(): string[] {
  const mask = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(textOf("/proc/self/status"))?.[1] ?? "0"}`);
  return capabilityNames([Number(mask & 0xffffffffn), Number(mask >> 32n)]);
}

/** Octal escapes of mountinfo: `\040` is a space. */
const unescaped = (text: string): string =>
  text.replaceAll(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));

/** Mounts of this process's mount namespace. */
export function readMounts(): NonNullable<HostFacts["mounts"]> {
  const found = [];
  for (const line of textOf("/proc/self/mountinfo").split("\n")) {
    const [, , device = "", , at = "", options = "", ...rest] = line.split(" ");
    const [type = "", source = "", superOptions = ""] = rest.slice(rest.indexOf("-") + 1);
    if (at === "") continue;
    const readOnly = [options, superOptions].some((list) => list.split(",").includes("ro"));
    found.push({ at: unescaped(at), type, source: unescaped(source), readOnly, device });
  }
  return found;
}

/** Types of file systems that the kernel knows now. */
export const readFileSystems = (): NonNullable<HostFacts["filesystems"]> =>
  textOf("/proc/filesystems")
    .split("\n")
    .map((line) => line.slice(line.indexOf("\t") + 1).trim())
    .filter((name) => name !== "");

const IFF_UP = 1;

/** Network interfaces of this process's network namespace. */
export function readInterfaces(): NonNullable<HostFacts["interfaces"]> {
  const withAddresses = networkInterfaces();
  const names = textOf("/proc/self/net/dev").split("\n").slice(2);
  const found = [];
  for (const line of names) {
    const name = line.slice(0, Math.max(0, line.indexOf(":"))).trim();
    if (name === "") continue;
    const addresses = (withAddresses[name] ?? []).map(({ address }) => address);
    // /sys may be that of another network namespace, where lo is up.
    const flags = name === "lo" ? 0 : Number(textOf(`/sys/class/net/${name}/flags`));
    found.push({ name, up: addresses.length > 0 || (flags & IFF_UP) !== 0, addresses });
  }
  return found;
}

/** Numbers of pseudo-terminals in use. */
export function readPtys(): number[] {
  try {
    return readdirSync("/dev/pts")
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}
