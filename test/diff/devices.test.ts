// Network devices: the settings that only their type has, and where their other ends are.

import { describe, expect, test } from "vitest";
import type { Source } from "../../app/decoder/source.ts";
import { changesJson } from "../../app/diff/describe/describe.ts";
import { diff } from "../../app/diff/diff.ts";
import { readResources } from "../../app/resources/read.ts";
import { imageBytes, type Message } from "../support/criu-set.ts";
import { copied, editEntries, mapNumbers, renamed, setNumber } from "../support/edit-set.ts";
import { resourcefulSet } from "../support/resourceful-set.ts";
import { entries, openSources } from "../support/resources.ts";

const DEVICES = "netdev-13.img";

async function compare(before: readonly Source[], after: readonly Source[]) {
  const [one, other] = [await openSources(before), await openSources(after)];
  const resources = { before: await readResources(one), after: await readResources(other) };
  const { notes, ...comparison } = diff(one.checkpoint, other.checkpoint, { resources });
  return { changes: changesJson({ notes, ...comparison }), notes };
}

test("the settings of devices are shown in words", async () => {
  const devices = await entries(await openSources(resourcefulSet()), "netdev");
  expect(
    devices.map(({ name, options, peerIndex, peerNamespace }) => [name, options, peerIndex, peerNamespace]),
  ).toEqual([
    ["lo", null, 1, 13],
    ["tun0", ["flags IFF_TAP IFF_NO_PI", "user 1000", "group 100", "vnet_hdr_size 10", "sndbuf 4096"], 1, 13],
    ["macvlan0", ["mode bridge", "flags nopromisc"], 1, 13],
    [
      "sit1",
      [
        "link 1",
        "local 127.0.0.1",
        "remote 127.0.0.2",
        "ttl 64",
        "tos 0x10",
        "pmtudisc",
        "protocol 4",
        "flags 0x2",
        "encap 2",
        "encap-flags 0x1",
        "encap-sport 5000",
        "encap-dport 5001",
        "6rd-prefix length 16",
        "6rd-prefix 100:0:200:0:300:0:400:0",
        "6rd-relay_prefix length 8",
        "6rd-relay_prefix 127.0.0.3",
      ],
      1,
      13,
    ],
  ]);
});

test("a tun device without an owner has none", async () => {
  const set = setNumber(resourcefulSet(), DEVICES, "net_device_entry", 1, "tun.owner", -1n);
  const [, tun] = await entries(await openSources(set), "netdev");
  expect(tun?.options).toEqual(["flags IFF_TAP IFF_NO_PI", "group 100", "vnet_hdr_size 10", "sndbuf 4096"]);
});

describe("the other end of a device", () => {
  const peer = (set: readonly Source[], value: number | null): Source[] =>
    setNumber(set, DEVICES, "net_device_entry", 1, "peer_nsid", value);
  /** Two network namespaces: the second task of the set has the other. */
  const two = (): Source[] => {
    const set = setNumber(resourcefulSet(), "ids-25575.img", "task_kobj_ids_entry", 0, "net_ns_id", 20);
    return copied(set, DEVICES, "netdev-20.img");
  };

  test("is the same if the namespaces are numbered anew", async () => {
    const other = mapNumbers(
      renamed(two(), "netdev-20.img", "netdev-40.img"),
      "ids-25575.img",
      "task_kobj_ids_entry",
      (field, value) => (field.endsWith(".net_ns_id") ? 40n : value),
    );
    expect((await compare(peer(two(), 20), peer(other, 40))).changes).toEqual([]);
  });

  test.each([
    ["another namespace", 20],
    ["a namespace outside the dump", null],
  ])("has changed if it is in %s", async (_, after) => {
    const expected = { kind: "resource-changed", resource: "netdev", field: "peerNamespace" };
    const { changes } = await compare(two(), peer(two(), after));
    expect(changes).toEqual([{ ...expected, key: { name: "tun0" }, before: 13, after }]);
    expect((await compare(peer(two(), after), two())).changes).toMatchObject([
      { ...expected, before: after, after: 13 },
    ]);
  });

  test("is not compared with an image that does not record it", async () => {
    const older = setNumber(peer(two(), null), DEVICES, "net_device_entry", 1, "peer_ifindex", null);
    const { changes, notes } = await compare(older, two());
    expect(changes).toEqual([]);
    expect(notes.filter(({ code }) => code !== "incomplete")).toEqual([
      {
        code: "resources-on-one-side",
        message:
          "The image before does not record: other end (1 network device), namespace of that (1 network device). They are not compared.",
      },
    ]);
  });
});

describe("a descriptor of a tun device", () => {
  const [TUN, ID, FD] = [15, 500, 99];
  const entry = (name: "FILES" | "FDINFO", body: Message): Uint8Array => imageBytes(name, [body]).subarray(12);
  /** The set with a descriptor of a device in a network namespace; `null`: the set does not record it. */
  const withTun = (namespace: number | null): Source[] => {
    const device: Message = [[1, ID], [2, "tun0"], ...(namespace === null ? [] : [[4, namespace] as const])];
    const opened: Message = [
      [1, TUN],
      [2, ID],
      [11, device],
    ];
    const slot = [ID, 0, TUN, FD].map((value, at) => [at + 1, value] as const);
    const files = editEntries(resourcefulSet(), "files.img", (all) => [...all, entry("FILES", opened)]);
    return editEntries(files, "fdinfo-2.img", (all) => [...all, entry("FDINFO", slot)]);
  };

  test("has changed if the device of that name is in another namespace", async () => {
    const { changes } = await compare(withTun(13), withTun(2));
    const [first] = changes;
    expect(changes).toMatchObject([
      { kind: "file-detail", key: "namespaceId", before: { pid: 25_572 }, after: { pid: 25_575 } },
    ]);
    expect(first).toMatchObject({ holders: [{ pid: 25_572, fd: FD }] });
    expect((await compare(withTun(13), withTun(13))).changes).toEqual([]);
  });

  test("is not compared by its namespace with a set that does not record it", async () => {
    const { changes, notes } = await compare(withTun(13), withTun(null));
    expect(changes).toEqual([]);
    expect(notes.find(({ code }) => code === "values-on-one-side")?.message).toContain("namespace");
  });
});
