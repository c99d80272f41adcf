// The files that container engines and runtimes add to an image set (config.dump, spec.dump, network.status,
// descriptors.json), as facts.

import type { Fact, Severity } from "../../../model/checkpoint.ts";
import { baseName } from "../../../model/text/paths.ts";
import { decodeText } from "../../../model/text/text.ts";
import { type Source, SourceError } from "../../source.ts";

/** Metadata of a container, from the files next to its image set. */
export interface Metadata {
  /** When the container was checkpointed: seconds since 1970; `null` if unknown. */
  readonly time: number | null;
  readonly facts: readonly Fact[];
  readonly problems: readonly MetadataProblem[];
  /** The name of the parent set, the dump before this one, if it is among the inputs. */
  readonly parent?: string | null;
}

/** A problem with the engine's files, or with the archive that a set is in. */
export interface MetadataProblem {
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  /** Offset in the archive; absent if the problem is not with an archive. */
  readonly offset?: number;
}

export const NO_METADATA: Metadata = { time: null, facts: [], problems: [] };

/** The names of the files that `readMetadata` reads. */
export const METADATA_NAMES: ReadonlySet<string> = new Set([
  "config.dump",
  "spec.dump",
  "network.status",
  "pod.options",
  "descriptors.json",
]);

const SIZE_LIMIT = 8 << 20;

type Json = { readonly [key: string]: unknown };

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** The text at a path of keys, raw; `null` if there is none. */
function textAt(value: unknown, ...keys: string[]): string | null {
  let found = value;
  for (const key of keys) {
    if (!isObject(found) || !Object.hasOwn(found, key)) return null;
    found = found[key];
  }
  return typeof found === "string" && found !== "" ? found : null;
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
  const pod = podOf(spec, textAt(config, "name"));
  add("container", pod.container ?? textAt(config, "name"));
  add("container id", textAt(config, "id"));
  add("namespace", pod.namespace);
  add("pod", pod.name);
  add("attempt", pod.attempt);
  add("image", textAt(config, "rootfsImageName") ?? pod.image ?? textAt(config, "rootfsImage"));
  add("engine", engineOf(spec));
  add("runtime", textAt(config, "runtime"));
  add("address", addressOf(documents.get("network.status")) ?? annotatedAddresses(spec));
  add("inherited stdio", stdioOf(documents.get("descriptors.json")));
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

/** A container's identity in Kubernetes. */
interface Pod {
  readonly container: string | null;
  readonly namespace: string | null;
  readonly name: string | null;
  /** How often the container was restarted. */
  readonly attempt: string | null;
  readonly image: string | null;
}

/** kubelet's name of a container: k8s_CONTAINER_POD_NAMESPACE_UID_ATTEMPT. */
const KUBELET_NAME = /^k8s_([^_]+)_([^_]+)_([^_]+)_[^_]+_(\d+)$/;

/** The pod of a container, from the annotations of CRI-O or containerd, or from the name that CRI-O gives it. */
function podOf(spec: unknown, configName: string | null): Pod {
  const annotation = (...names: string[]): string | null => {
    for (const name of names) {
      const value = textAt(spec, "annotations", name);
      if (value !== null) return value;
    }
    return null;
  };
  const [, container = null, pod = null, namespace = null, attempt = null] = KUBELET_NAME.exec(configName ?? "") ?? [];
  return {
    container: annotation("io.kubernetes.container.name", "io.kubernetes.cri.container-name") ?? container,
    namespace: annotation("io.kubernetes.pod.namespace", "io.kubernetes.cri.sandbox-namespace") ?? namespace,
    name: annotation("io.kubernetes.pod.name", "io.kubernetes.cri.sandbox-name") ?? pod,
    attempt:
      attemptIn(annotation("io.kubernetes.cri-o.Metadata")) ??
      annotation("io.kubernetes.container.restartCount") ??
      attempt,
    image: annotation("io.kubernetes.cri-o.ImageName", "io.kubernetes.cri.image-name"),
  };
}

/** The attempt in CRI-O's ContainerMetadata, which is JSON within an annotation. */
function attemptIn(metadata: string | null): string | null {
  if (metadata === null) return null;
  try {
    const value: unknown = JSON.parse(metadata);
    return isObject(value) && typeof value.attempt === "number" ? String(value.attempt) : null;
  } catch {
    return null;
  }
}

/** CRI-O's addresses of a pod: io.kubernetes.cri-o.IP.0 and so on. */
function annotatedAddresses(spec: unknown): string | null {
  const found: string[] = [];
  for (let nth = 0; nth < 16; nth++) {
    const address = textAt(spec, "annotations", `io.kubernetes.cri-o.IP.${nth}`);
    if (address !== null) found.push(address);
  }
  return found.length === 0 ? null : found.join(", ");
}

/** What descriptors 0, 1 and 2 were, from descriptors.json of runc and crun: they are passed in again on restore. */
function stdioOf(targets: unknown): string | null {
  if (!Array.isArray(targets)) return null;
  const names = targets.slice(0, 3).map((target, fd) => (typeof target === "string" ? `${fd} ${target}` : null));
  return names.filter((name) => name !== null).join(", ") || null;
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
