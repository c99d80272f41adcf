// Addresses, routes, rules and firewalls of a network namespace are those that ip(8), iptables(8) and nft(8) had there.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Source } from "../../app/decoder/source.ts";
import type { Change } from "../../app/diff/changes.ts";
import { encodeText } from "../../app/model/text/text.ts";
import { type Attribute, walkDump } from "../../app/resources/criu/netlink.ts";
import { changesAndNotes, compareImages } from "../support/compare.ts";
import { folderSources } from "../support/corpus.ts";
import { setSources } from "../support/criu.ts";
import { imageBytes } from "../support/criu-set.ts";
import { withFile } from "../support/edit-set.ts";
import { line } from "../support/made-resources.ts";
import { entries, openSources } from "../support/resources.ts";

const FOLDER = join(import.meta.dirname, "../fixtures/resources/network");
const NETWORK = 10;

/** A set of two tasks in a namespace of this recording. */
function recorded(name: string): Source[] {
  const devices = ["lo", "v1", "v0"].map((device, at) => {
    const numbers = [at === 0 ? 1 : 2, at + 1, 1500, 73].map((value, field) => [field + 1, value] as const);
    return [...numbers, [5, device] as const];
  });
  const set = withFile(setSources("w7/before"), `netdev-${NETWORK}.img`, imageBytes("NETDEV", devices));
  const members = folderSources(join(FOLDER, name)).filter((source) => source.name.endsWith(".img"));
  return members.reduce<Source[]>((made, source) => withFile(made, source.name, bytesOf(source)), set);
}

const bytesOf = (source: Source): Uint8Array => source.read(0, source.size) as Uint8Array;

const table = async (set: readonly Source[], name: string) => entries(await openSources(set), name);

/** The lines that `ip address`, `ip route`, `ip -6 route` and `ip rule` printed. */
const printed = (name: string): string[] => readFileSync(join(FOLDER, name, "ip.txt"), "utf8").split("\n");

/** A path of CRIU's for `ip rule save`, which has IPv4 alone. */
const RULE = /^(\d+):\t(not )?from (\S+)(?: to (\S+))?/;

const changesOf = async (before: readonly Source[], after: readonly Source[]): Promise<readonly Change[]> =>
  (await changesAndNotes(await openSources(before), await openSources(after))).changes;

describe.each(["before", "advanced", "after"])("a network namespace %s", (name) => {
  test("has the addresses that ip address printed", async () => {
    const shown = (await table(recorded(name), "addresses")).map(({ family, address, prefix, peer, scope }) =>
      [family, peer === null ? `${address}/${prefix}` : `${address} peer ${peer}/${prefix}`, scope].join(" "),
    );
    const expected = printed(name).flatMap((text) => {
      const found = /^ {4}(inet6?) (\S+(?: peer \S+)?)(?: brd \S+)? scope (\w+)/.exec(text);
      return found === null ? [] : [found.slice(1).join(" ")];
    });
    expect(shown.toSorted()).toEqual(expected.toSorted());
    expect(shown.length).toBeGreaterThan(5);
  });

  test("has the routes that ip route printed", async () => {
    const shown = (await table(recorded(name), "routes")).map(({ type, destination, gateway, device, metric }) =>
      [type, String(destination).replace(/\/32$/, ""), gateway, device, metric].join(" "),
    );
    const expected = printed(name).flatMap((text) => {
      const found = /^(?:(blackhole) )?(default|[\da-f.:]+(?:\/\d+)?) (?!from)(.*)$/.exec(text);
      if (found === null || /^\d+: /.test(text)) return [];
      const [, type = "unicast", destination, rest = ""] = found;
      const word = (key: string): string => new RegExp(`(?:^| )${key} (\\S+)`).exec(rest)?.[1] ?? "";
      const via = word("via") === "inet6" ? "" : word("via");
      return [[type, destination, via, word("dev"), word("metric") || "0"].join(" ")];
    });
    expect(shown.toSorted()).toEqual(expected.toSorted());
    expect(shown.length).toBeGreaterThan(7);
  });

  test("has the rules that ip rule printed", async () => {
    const shown = (await table(recorded(name), "rules")).map(({ priority, flags, from, to }) => [
      String(priority),
      flags === null ? undefined : "not ",
      from,
      to === "all" ? undefined : to,
    ]);
    const expected = printed(name).flatMap((text) => {
      const found = RULE.exec(text);
      return found === null ? [] : [found.slice(1)];
    });
    expect(shown).toEqual(expected);
  });
});

describe("a route and a rule", () => {
  test("have what else is set in the words of ip(8)", async () => {
    const routes = await table(recorded("before"), "routes");
    const optionsOf = (wanted: string) => routes.find(({ destination }) => destination === wanted)?.options;
    expect(optionsOf("default")).toEqual(["mtu 1400"]);
    expect(optionsOf("10.0.0.0/8")).toEqual(["via inet6 2001:db8::9"]);
    expect(optionsOf("203.0.113.128/25")).toEqual(["nexthop via 192.0.2.2 dev v0 weight 2, dev v1 weight 1"]);
    const rules = await table(recorded("before"), "rules");
    expect(rules.find(({ priority }) => priority === 100)).toMatchObject({
      table: "100",
      options: ["proto 0", "iif v0", "fwmark 0x1", "fwmask 0xff"],
    });
    expect(rules.find(({ priority }) => priority === 300)?.options).toEqual([
      "suppress_prefixlength 0",
      "proto 0",
      "uidrange 1000-2000",
      "dport 80-90",
      "ipproto 6",
    ]);
  });
});

test("a firewall has all its rules, however long the listing is", async () => {
  const rules = Array.from({ length: 40_000 }, (_, at) => `-A INPUT -s 10.0.${at >> 8}.${at & 255}/32 -j DROP`);
  const text = ["*filter", ":INPUT ACCEPT [1:2]", ...rules, "COMMIT", ""].join("\n");
  expect(text.length).toBeGreaterThan(1 << 20);
  const rows = await table(withFile(recorded("before"), "iptables-10.img", encodeText(text)), "firewall");
  const found = rows
    .filter(({ tool, rule }) => tool === "iptables" && rule !== null)
    .map(({ rule }) => `-A INPUT ${rule}`);
  expect(found).toEqual(rules);
});

test("a firewall has its chains with their policies, and its rules without counters", async () => {
  const rows = await table(recorded("advanced"), "firewall");
  const of = (wanted: string) =>
    rows
      .filter(({ tool }) => tool === wanted)
      .map((row) => [row.table, row.chain, row.rule, row.policy].filter((cell) => cell !== null).join(" | "));
  expect(of("iptables").slice(4)).toEqual([
    "nat | OWN | -",
    "nat | OWN | -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 8080",
    "filter | INPUT | ACCEPT",
    "filter | FORWARD | DROP",
    "filter | OUTPUT | ACCEPT",
    "filter | INPUT | -p tcp -m tcp --dport 22 -j ACCEPT",
    "filter | INPUT | -p icmp -j ACCEPT",
    "filter | INPUT | -s 192.0.2.7/32 -j DROP",
  ]);
  expect(of("ip6tables")).toContain('filter | INPUT | -m comment --comment "a quoted word" -j ACCEPT');
  expect(of("nftables")).toEqual([
    "inet own",
    "inet own | counter seen",
    "inet own | set allowed",
    "inet own | set allowed | type ipv4_addr",
    "inet own | set allowed | elements = { 192.0.2.1, 192.0.2.2,",
    "inet own | set allowed | 192.0.2.3, 192.0.2.4,",
    "inet own | set allowed | 192.0.2.5, 192.0.2.6 }",
    "inet own | input",
    "inet own | input | type filter hook input priority filter; policy accept;",
    "inet own | input | icmp type echo-request counter accept",
    "inet own | input | ip saddr @allowed accept",
    'inet own | input | tcp dport 22 counter name "seen" accept',
  ]);
});

describe("two dumps of a network namespace", () => {
  test("have no changes if packets were counted and time passed", async () => {
    expect(await changesOf(recorded("before"), recorded("advanced"))).toEqual([]);
  });

  test("have the changes that were made", async () => {
    const changes = await changesOf(recorded("advanced"), recorded("after"));
    const lines = changes.map((change) => {
      const { key = {} } = change as { key?: Record<string, unknown> };
      const place = [key.device, key.address, key.destination, key.priority, key.chain, key.rule];
      return `${line(change)} ${place.filter((part) => part != null).join(" ")}`;
    });
    expect(lines.toSorted()).toEqual([
      'firewall after: "-p tcp -m tcp --dport 22 -j ACCEPT" → "-s 192.0.2.8/32 -j DROP" INPUT -p icmp -j ACCEPT',
      'firewall policy: "DROP" → "ACCEPT" FORWARD',
      "resource-added addresses v0 192.0.2.9",
      "resource-added firewall INPUT -s 192.0.2.8/32 -j DROP",
      "resource-added firewall input udp dport 53 drop",
      "resource-added firewall set allowed 192.0.2.5, 192.0.2.6,",
      "resource-added firewall set allowed 192.0.2.9 }",
      "resource-removed addresses v1 198.51.100.1",
      "resource-removed firewall set allowed 192.0.2.5, 192.0.2.6 }",
      "resource-removed routes 198.51.100.9/32",
      "resource-removed routes 2001:db8:1::/48",
      "resource-removed rules 200",
      'routes options: ["nexthop via 192.0.2.2 dev v0 weight 2, dev v1 weight 1"] → ["nexthop via 192.0.2.2 dev v0 weight 2, dev v1 weight 1 dead linkdown"] 203.0.113.128/25',
    ]);
  });

  test.each([
    ["ifaddr", 8, [6]],
    ["route", 12, [12]],
    ["route6", 12, [12]],
    ["rule", 12, []],
  ])("have a change for a bit of each attribute of %s that does not advance", async (kind, headBytes, advancing) => {
    const set = recorded("before");
    const name = `${kind}-${NETWORK}.img`;
    const bytes = bytesOf(set.find((source) => source.name === name) as Source);
    const before = await openSources(set);
    const magic = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    const attributes: Attribute[] = [];
    const rest = walkDump(bytes, { magic, headBytes, littleEndian: true }, (message) => {
      attributes.push(...message.attributes);
      return true;
    });
    expect(rest).toHaveLength(0);
    let silent = 0;
    for (const attribute of attributes) {
      const after = bytes.slice();
      const at = attribute.bytes.byteOffset - bytes.byteOffset;
      after[at] = (after[at] as number) ^ 1;
      const { changes } = await compareImages(before, await openSources(withFile(set, name, after)));
      if (changes.count > 0) expect(advancing).not.toContain(attribute.type);
      else if (advancing.includes(attribute.type)) silent++;
      else expect.fail(`attribute ${attribute.type}`);
    }
    expect(silent > 0).toBe(advancing.length > 0 && kind !== "route");
  });

  test("have a change if one of them is cut", async () => {
    const set = recorded("before");
    for (const name of ["ifaddr-10.img", "route-10.img", "route6-10.img", "rule-10.img"]) {
      const bytes = bytesOf(set.find((source) => source.name === name) as Source);
      const cut = withFile(set, name, bytes.subarray(0, -3));
      expect((await changesOf(set, cut)).map(({ kind }) => kind)).toContain("resource-added");
    }
  });
});

test("whatever the bytes are, they are read, and differences between what is not understood are seen", async () => {
  const set = recorded("before");
  const original = ["ifaddr", "route", "rule"].map((kind) => {
    const source = set.find(({ name }) => name === `${kind}-${NETWORK}.img`) as Source;
    return [source.name, bytesOf(source)] as const;
  });
  const damage = fc.tuple(fc.constantFrom(...original), fc.nat(2000), fc.nat(255), fc.nat(2000));
  await fc.assert(
    fc.asyncProperty(damage, async ([[name, bytes], at, value, length]) => {
      const damaged = bytes.slice(0, Math.max(1, length % (bytes.length + 1)));
      damaged[at % damaged.length] = value;
      const image = await openSources(withFile(set, name, damaged));
      for (const resource of ["addresses", "routes", "rules"]) {
        for (const row of await entries(image, resource)) expect(row.namespace).toBe(NETWORK);
      }
    }),
    { numRuns: 100 },
  );
});
