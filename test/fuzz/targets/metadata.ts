// The JSON that Podman, CRI-O and containerd put beside an image set, mutated.

import { openImage } from "../../../app/decoder/open.ts";
import { bytesSource } from "../../../app/decoder/source.ts";
import { decodeText, encodeText } from "../../../app/model/text/text.ts";
import { type Seed, setSeeds } from "../corpus.ts";
import { holdImage, holdVisible } from "../holds.ts";
import { mutate } from "../mutate.ts";
import { hold, type Random, type Target } from "../target.ts";
import { replacedValue } from "./json-text.ts";

const CONFIG = {
  id: "8f1c0d5e",
  name: "counter",
  rootfsImageName: "docker.io/library/counter:1",
  createdTime: "2024-05-01T10:11:12Z",
  checkpointedAt: "2024-05-01T10:12:12.5Z",
  ociRuntime: "crun",
  annotations: { "io.kubernetes.pod.name": "counters", "io.kubernetes.pod.namespace": "shop" },
};
const SPEC = {
  ociVersion: "1.0.2",
  process: { args: ["/counter"], env: ["A=B"] },
  hostname: "counters",
  annotations: {
    "io.container.manager": "cri-o",
    "io.kubernetes.container.name": "counter",
    "io.kubernetes.cri.sandbox-name": "counters",
    "io.kubernetes.cri-o.IP.0": "10.88.0.27",
    "io.kubernetes.cri-o.Metadata": '{"name":"counter","attempt":2}',
  },
  mounts: [{ destination: "/proc", type: "proc" }],
};
const STATUS = { cniResult: [{ ips: [{ address: "10.88.0.27/16" }] }] };

const FILES = [
  ["config.dump", CONFIG],
  ["spec.dump", SPEC],
  ["network.status", STATUS],
] as const;

/** Bytes are mutated, or a value is replaced by another one. */
function mutatedText(text: string, next: Random): string {
  return next(2) === 0 ? decodeText(mutate(encodeText(text), next).bytes) : replacedValue(text, next);
}

async function run({ files, truth }: Seed, next: Random): Promise<void> {
  const victim = next(FILES.length);
  const metadata = FILES.map(([name, contents], at) => {
    const text = JSON.stringify(contents);
    return { name, bytes: encodeText(at === victim ? mutatedText(text, next) : text) };
  });
  const sources = [
    ...metadata.map(({ name, bytes }) => bytesSource(name, bytes)),
    ...files.map(({ name, bytes }) => bytesSource(`checkpoint/${name}`, bytes)),
  ];
  const image = await openImage(sources);
  hold(!("refused" in image), "a set is refused for its metadata");
  const { checkpoint } = image;
  const whole = truth.image.checkpoint;
  holdImage(
    image,
    sources.reduce((sum, { size }) => sum + size, 0),
  );
  hold(checkpoint.tasks.count === whole.tasks.count, "other tasks");
  hold(checkpoint.descriptors.count === whole.descriptors.count, "other descriptors");
  for (const { label } of checkpoint.facts) holdVisible(label, "a label");
}

export async function metadataTargets(): Promise<Target[]> {
  const [seed] = await setSeeds();
  if (seed === undefined) throw new Error("there is no set");
  return [{ name: "metadata", share: 3, run: (next) => run(seed, next) }];
}
