// Facts from the files of container engines. The JSON is what CRI-O, containerd and Podman write, shortened.

import { describe, expect, test } from "vitest";
import { readMetadata } from "../../../../app/decoder/criu/sets/container-metadata.ts";
import { openImage } from "../../../../app/decoder/open.ts";
import { bytesSource, type Source } from "../../../../app/decoder/source.ts";
import { encodeText } from "../../../../app/model/text/text.ts";
import { setSources } from "../../../support/criu.ts";

const json = (name: string, value: unknown): Source => bytesSource(name, encodeText(JSON.stringify(value)));

async function factsOf(...files: Source[]): Promise<Record<string, string>> {
  const { facts } = await readMetadata(files);
  return Object.fromEntries(facts.map(({ label, value }) => [label, value]));
}

const CRI_O_CONFIG = {
  id: "7bd3aa",
  name: "k8s_counter_counters_shop_3f24e9ed-78e5-48ad-b300-0a10ba5bb181_2",
  rootfsImage: "registry.example/counter@sha256:00",
  rootfsImageName: "registry.example/counter:latest",
  runtime: "crun",
  createdTime: "2026-11-26T22:34:32Z",
  checkpointedTime: "2026-11-26T22:35:32Z",
};
const CRI_O_SPEC = {
  annotations: {
    "io.container.manager": "cri-o",
    "io.kubernetes.cri-o.Metadata": '{"name":"counter","attempt":2}',
    "io.kubernetes.cri-o.IP.0": "10.88.0.27",
    "io.kubernetes.pod.name": "counters",
    "io.kubernetes.pod.namespace": "shop",
    "io.kubernetes.container.name": "counter",
    "io.kubernetes.cri-o.ImageName": "registry.example/counter:latest",
  },
};

describe("of CRI-O", () => {
  test("are container, pod, namespace, attempt and address", async () => {
    expect(await factsOf(json("config.dump", CRI_O_CONFIG), json("spec.dump", CRI_O_SPEC))).toEqual({
      container: "counter",
      "container id": "7bd3aa",
      namespace: "shop",
      pod: "counters",
      attempt: "2",
      image: "registry.example/counter:latest",
      engine: "CRI-O",
      runtime: "crun",
      address: "10.88.0.27",
      created: "2026-11-26T22:34:32Z",
      checkpointed: "2026-11-26T22:35:32Z",
    });
  });

  test("come from the container's name where there are no annotations", async () => {
    expect(await factsOf(json("config.dump", CRI_O_CONFIG))).toMatchObject({
      container: "counter",
      pod: "counters",
      namespace: "shop",
      attempt: "2",
    });
  });

  test("have all addresses of a pod", async () => {
    const annotations = { "io.kubernetes.cri-o.IP.0": "10.88.0.27", "io.kubernetes.cri-o.IP.1": "fd00::1b" };
    expect(await factsOf(json("spec.dump", { annotations }))).toEqual({ address: "10.88.0.27, fd00::1b" });
  });

  test("leave out an attempt that is not JSON, or no number", async () => {
    for (const metadata of ["{", '{"attempt":"x"}', "7"]) {
      const annotations = { "io.kubernetes.cri-o.Metadata": metadata };
      expect(await factsOf(json("spec.dump", { annotations }))).toEqual({});
    }
  });
});

test("of containerd are container, pod and namespace", async () => {
  const annotations = {
    "io.kubernetes.cri.container-name": "counter",
    "io.kubernetes.cri.container-type": "container",
    "io.kubernetes.cri.image-name": "registry.example/counter:latest",
    "io.kubernetes.cri.sandbox-name": "counters",
    "io.kubernetes.cri.sandbox-namespace": "shop",
  };
  const facts = await factsOf(json("spec.dump", { annotations }), json("config.dump", { id: "9ee", name: "counter" }));
  expect(facts).toEqual({
    container: "counter",
    "container id": "9ee",
    namespace: "shop",
    pod: "counters",
    image: "registry.example/counter:latest",
    engine: "containerd",
  });
});

test("of Podman are the container's name and addresses", async () => {
  const status = { podman: { interfaces: { eth0: { subnets: [{ ipnet: "10.88.0.5/16" }] } } } };
  const spec = { annotations: { "io.container.manager": "libpod" } };
  const facts = await factsOf(
    json("config.dump", { name: "web" }),
    json("spec.dump", spec),
    json("network.status", status),
  );
  expect(facts).toEqual({ container: "web", engine: "Podman", address: "10.88.0.5/16" });
});

test("of runc are what the standard descriptors were", async () => {
  const targets = json("descriptors.json", ["/dev/null", "pipe:[139034]", "pipe:[139035]"]);
  expect(await factsOf(targets)).toEqual({ "inherited stdio": "0 /dev/null, 1 pipe:[139034], 2 pipe:[139035]" });
  for (const other of [{}, "x", [1, null, {}]]) expect(await factsOf(json("descriptors.json", other))).toEqual({});
});

test("are found in and beside the directory of the set", async () => {
  const set = setSources("cases/file-locks").map((source) => ({ ...source, name: `checkpoint/${source.name}` }));
  const image = await openImage([
    ...set,
    json("checkpoint/descriptors.json", ["/dev/null"]),
    json("config.dump", CRI_O_CONFIG),
    json("spec.dump", CRI_O_SPEC),
  ]);
  if ("refused" in image) throw new Error(image.refused);
  expect(image.checkpoint.facts).toEqual(
    expect.arrayContaining([
      { label: "namespace", value: "shop" },
      { label: "inherited stdio", value: "0 /dev/null" },
    ]),
  );
  expect(image.checkpoint.time).toBe(Date.parse("2026-11-26T22:35:32Z") / 1000);
  expect(image.checkpoint.problems).toEqual([]);
});

test("are raw: what shows them makes them visible, once", async () => {
  expect(await factsOf(json("config.dump", { name: "a\u0001\\b" }))).toEqual({ container: "a\u0001\\b" });
});
