// Takes the facts of this machine.

import { realpathSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { isatty } from "node:tty";
import type { Demand } from "../../app/checks/host/demand.ts";
import { FACTS_KIND, FACTS_SCHEMA, type HostFacts } from "../../app/checks/host/facts.ts";
import packageJson from "../../package.json" with { type: "json" };
import { openDuplicator } from "../dump/descriptors/duplicate.ts";
import { CliError, systemReason } from "../error.ts";
import { openAttributes } from "./attributes.ts";
import { lookUpFiles } from "./files.ts";
import { readHolders } from "./holders.ts";
import type { Part } from "./parts.ts";
import { readLocks, readProcesses } from "./processes.ts";
import { readSockets, readUnixNames } from "./sockets.ts";
import {
  readCapabilities,
  readFileSystems,
  readInterfaces,
  readKernel,
  readLimits,
  readMounts,
  readProcessor,
  readPtys,
  readSecurity,
  readSettings,
} from "./system.ts";

export interface FactsRequest {
  /** What an image demands, and its name; `null`: facts for no image in particular. */
  readonly image: { readonly name: string; readonly demands: readonly Demand[] } | null;
  /** A directory used as `/`. */
  readonly root: string | null;
  readonly checksums: boolean;
  readonly leaveOut: ReadonlySet<Part>;
}

/** The facts. @throws CliError if the root is not a directory. */
export async function takeFacts({ image, root, checksums, leaveOut }: FactsRequest): Promise<HostFacts> {
  const demands = image?.demands ?? [];
  const has = (part: Part): boolean => !leaveOut.has(part);
  const place = root === null ? null : realRoot(root);
  const needsHolders =
    image === null || demands.some(({ kind, ...rest }) => HELD.has(kind) || ("use" in rest && rest.use === "fifo"));
  const duplicator = needsHolders ? await openDuplicator() : null;
  try {
    const holders = needsHolders ? readHolders(demands, duplicator) : null;
    const facts: HostFacts = {
      kind: FACTS_KIND,
      schema: FACTS_SCHEMA,
      made: {
        by: `ckptscope ${packageJson.version}`,
        at: `${new Date().toISOString().slice(0, 19)}Z`,
        host: has("host") ? hostname() : null,
        root: place,
        image: image?.name ?? null,
        uid: process.geteuid?.() ?? 0,
        capabilities: readCapabilities(),
        terminal: isatty(0),
      },
      kernel: readKernel(),
      cpu: readProcessor(),
      security: readSecurity(),
      ptys: readPtys(),
      ...(has("limits") ? { limits: readLimits(), sysctls: readSettings() } : {}),
      ...(has("mounts") ? { mounts: readMounts(), filesystems: readFileSystems() } : {}),
      ...(has("processes") ? { ...readProcesses(demands), locks: readLocks() } : {}),
      ...(has("network") ? { interfaces: readInterfaces() } : {}),
      ...(has("network") && holders !== null
        ? {
            sockets: readSockets(image === null ? null : demands, holders, duplicator),
            unix: readUnixNames(image === null ? null : demands, holders),
          }
        : {}),
    };
    if (image === null || !has("files")) return facts;
    const attributes = await openAttributes();
    const files = lookUpFiles(demands, { root: place, checksums, attributes, fifos: holders?.fifos ?? null });
    return { ...facts, files };
  } finally {
    duplicator?.close();
  }
}

/** Demands that are compared with what processes have open. */
const HELD: ReadonlySet<Demand["kind"]> = new Set(["address", "socket-name"]);

function realRoot(root: string): string | null {
  try {
    if (!statSync(root).isDirectory()) throw new CliError(`--root ${root}: is not a directory`);
    const real = realpathSync(root);
    return real === "/" ? null : real;
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`--root ${root}: ${systemReason(error)}`);
  }
}

/** The facts as text: a line for each item of a list, so that two files can be compared line by line. */
export function factsText(facts: HostFacts): string {
  const lines = Object.entries(facts).map(([key, value]) => {
    const isTable = Array.isArray(value) && typeof value[0] === "object";
    const text = isTable
      ? `[\n    ${(value as unknown[]).map((item) => JSON.stringify(item)).join(",\n    ")}\n  ]`
      : JSON.stringify(value);
    return `  ${JSON.stringify(key)}: ${text}`;
  });
  return `{\n${lines.join(",\n")}\n}\n`;
}
