// The files that container engines add to an image set (config.dump, spec.dump, network.status), as facts.

import type { Fact, Severity } from "../../model/checkpoint.ts";
import { decodeText, visible } from "../../model/text.ts";
import { type Source, SourceError } from "../source.ts";
import { baseName } from "./member-names.ts";

/** Metadata of a container, from the files next to its image set. */
export interface Metadata {
  /** When the container was checkpointed: seconds since 1970; `null` if unknown. */
  readonly time: number | null;
  readonly facts: readonly Fact[];
  readonly problems: readonly MetadataProblem[];
  /** The name of the parent set, the dump before this one, if it is among the inputs. */
  readonly parent?: string | null;
}

/** A problem of the engine's files, or of the archive that a set is in. */
export interface MetadataProblem {
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  /** In the archive. Absent: not of one. */
  readonly offset?: number;
}

export const NO_METADATA: Metadata = { time: null, facts: [], problems: [] };

/** The names of the files that `readMetadata` reads. */
export const METADATA_NAMES: ReadonlySet<string> = new Set([
  "config.dump",
  "spec.dump",
  "network.status",
  "pod.options",
]);

const SIZE_LIMIT = 8 << 20;

type Json = { readonly [key: string]: unknown };

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** The text at a path of keys; `null` if there is none. */
function textAt(value: unknown, ...keys: string[]): string | null {
  let found = value;
  for (const key of keys) {
    if (!isObject(found) || !Object.hasOwn(found, key)) return null;
    found = found[key];
  }
  return typeof found === "string" && found !== "" ? visible(found) : null;
}

/** Reads the metadata among `sources`. A file that is not JSON becomes a problem. */
export async function readMetadata(sources: readonly Source[]): Promise<Metadata> {
  const facts: Fact[] = [];
  const problems: { severity: "warning"; code: string; message: string }[] = [];
  const documents = new Map<string, unknown>();
  for (const source of sources) {
    const name = baseName(source.name);
    if (!METADATA_NAMES.has(name) || source.size > SIZE_LIMIT) continue;
    try {
      documents.set(name, JSON.parse(decodeText(await source.read(0, source.size))));
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof SourceError)) throw error;
      problems.push({ severity: "warning", code: "bad-metadata", message: `${name} cannot be read.` });
    }
  }
  const add = (label: string, value: string | null): void => {
    if (value !== null) facts.push({ label, value });
  };
  const config = documents.get("config.dump");
  const spec = documents.get("spec.dump");
  add("container", textAt(config, "name"));
  add("container id", textAt(config, "id"));
  add("image", textAt(config, "rootfsImageName") ?? textAt(config, "rootfsImage"));
  add("engine", engineOf(spec));
  add("runtime", textAt(config, "runtime"));
  add(
    "pod",
    textAt(spec, "annotations", "io.kubernetes.pod.name") ??
      textAt(spec, "annotations", "io.kubernetes.cri.sandbox-name"),
  );
  add("address", addressOf(documents.get("network.status")));
  add("created", whenOf(textAt(config, "createdTime")));
  const checkpointed = whenOf(textAt(config, "checkpointedTime"));
  add("checkpointed", checkpointed);
  return { time: checkpointed === null ? null : Date.parse(checkpointed) / 1000, facts, problems };
}

function engineOf(spec: unknown): string | null {
  const manager = textAt(spec, "annotations", "io.container.manager");
  if (manager !== null) return manager === "libpod" ? "Podman" : manager === "cri-o" ? "CRI-O" : manager;
  const annotations = isObject(spec) ? spec.annotations : null;
  if (!isObject(annotations)) return null;
  return Object.keys(annotations).some((key) => key.startsWith("io.kubernetes.cri.")) ? "containerd" : null;
}

function addressOf(status: unknown): string | null {
  const found: string[] = [];
  for (const network of values(status)) {
    for (const face of values(isObject(network) ? network.interfaces : null)) {
      const subnets = isObject(face) ? face.subnets : null;
      for (const subnet of Array.isArray(subnets) ? subnets.slice(0, 16) : []) {
        const address = textAt(subnet, "ipnet");
        if (address !== null && found.length < 16) found.push(address);
      }
    }
  }
  return found.length === 0 ? null : found.join(", ");
}

const values = (value: unknown): unknown[] => (isObject(value) ? Object.values(value) : []);

/** A time, unchanged; `null` if it is Go's zero time or not a time. */
const whenOf = (text: string | null): string | null =>
  text === null || text.startsWith("0001-") || Number.isNaN(Date.parse(text)) ? null : text;
