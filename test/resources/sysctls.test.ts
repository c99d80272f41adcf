// Kernel settings of namespaces: which value has which name, and what a comparison says of them.

import { describe, expect, test } from "vitest";
import type { Source } from "../../app/decoder/source.ts";
import { changesJson } from "../../app/diff/describe/describe.ts";
import { diff } from "../../app/diff/diff.ts";
import { readResources } from "../../app/resources/read.ts";
import { setSources } from "../support/criu.ts";
import { imageBytes, type Message } from "../support/criu-set.ts";
import { setNumber, withFile, without } from "../support/edit-set.ts";
import { entries, openSources } from "../support/resources.ts";

const W7 = setSources("w7/before");
const NETDEV = "netdev-10.img";
/** The fields of a net_device_entry that CRIU requires, for the loopback device. */
const LOOPBACK: Message = [
  [1, 1],
  [2, 1],
  [3, 1500],
  [4, 73],
  [5, "lo"],
];

async function settingsOf(set: readonly Source[]) {
  const rows = await entries(await openSources(set), "sysctls");
  return new Map(rows.map(({ name, value }) => [name, value]));
}

async function compare(before: readonly Source[], after: readonly Source[]) {
  const [one, other] = [await openSources(before), await openSources(after)];
  const resources = { before: await readResources(one), after: await readResources(other) };
  const comparison = diff(one.checkpoint, other.checkpoint, { resources });
  return { changes: changesJson(comparison), notes: comparison.notes };
}

describe("a set with namespaces of its own", () => {
  test("has the values that the kernel gives a new namespace", async () => {
    const settings = await settingsOf(W7);
    // Linux ipc/, net/ipv4/devinet.c, net/ipv6/addrconf.c, net/unix/sysctl_net_unix.c.
    const defaults = {
      "kernel.sem": "32000 1024000000 500 32000",
      "kernel.msgmax": "8192",
      "kernel.shmmax": "18446744073692774399",
      "kernel.shmmni": "4096",
      "kernel.shm_next_id": null,
      "fs.mqueue.msg_max": "10",
      "net.ipv4.conf.default.igmpv2_unsolicited_report_interval": "10000",
      "net.ipv4.conf.default.igmpv3_unsolicited_report_interval": "1000",
      "net.ipv4.conf.lo.shared_media": "1",
      "net.ipv4.conf.lo.rp_filter": "0",
      "net.ipv6.conf.lo.hop_limit": "64",
      "net.ipv6.conf.lo.mtu": "65536",
      "net.ipv6.conf.default.mtu": "1280",
      "net.ipv6.conf.all.max_desync_factor": "600",
      "net.ipv6.conf.all.router_solicitation_interval": "4",
      "net.ipv6.conf.all.router_solicitations": "-1",
      "net.ipv6.conf.default.temp_prefered_lft": "86400",
      "net.ipv6.conf.default.temp_valid_lft": "604800",
      "net.ipv6.conf.default.stable_secret": null,
      "net.unix.max_dgram_qlen": "10",
      "net.ipv4.ping_group_range": null,
    };
    expect(Object.fromEntries(Object.keys(defaults).map((name) => [name, settings.get(name)]))).toEqual(defaults);
  });

  test("has a setting whose place is not known by its number", async () => {
    const setting = (value: number): Message => [
      [1, 6],
      [2, value],
    ];
    const conf = Array.from({ length: 31 }, (_, at) => [9, setting(at)] as const);
    const settings = await settingsOf(withFile(W7, NETDEV, imageBytes("NETDEV", [[...LOOPBACK, ...conf]])));
    expect(settings.get("net.ipv4.conf.lo.drop_unicast_in_l2_multicast")).toBe("29");
    expect(settings.get("net.ipv4.conf.lo.setting 30")).toBe("30");
  });

  test("as releases before sysctl_entry wrote it, leaves out what the kernel does not have", async () => {
    const device: Message = [...LOOPBACK, [8, 1], [8, 2 ** 32 - 1], [8, 0]];
    const settings = await settingsOf(withFile(W7, NETDEV, imageBytes("NETDEV", [device])));
    const own = [...settings].filter(([name]) => String(name).startsWith("net.ipv4.conf.lo."));
    expect(own).toEqual([
      ["net.ipv4.conf.lo.accept_local", "1"],
      ["net.ipv4.conf.lo.accept_source_route", "0"],
    ]);
  });
});

describe("a comparison", () => {
  test("has a setting that was changed", async () => {
    const after = setNumber(W7, NETDEV, "net_device_entry", 0, "conf4.iarg", 1);
    expect((await compare(W7, after)).changes).toMatchObject([
      {
        kind: "resource-changed",
        resource: "sysctls",
        key: { kind: "net", name: "net.ipv4.conf.lo.accept_local" },
        before: "0",
        after: "1",
      },
    ]);
  });

  test("notes settings that only one image has", async () => {
    const after = without(W7, NETDEV);
    const { changes, notes } = await compare(W7, after);
    expect(changes.filter((change) => "resource" in change && change.resource === "sysctls")).toEqual([]);
    expect(notes.map(({ message }) => message).join()).toContain("The image after does not record: ");
    expect(notes.map(({ message }) => message).join()).toContain("72 kernel settings");
    expect((await compare(after, W7)).notes.map(({ message }) => message).join()).toContain("72 kernel settings");
  });
});
