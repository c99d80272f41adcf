// Tables of what network namespaces hold besides devices: addresses, routes, rules, firewalls.

import { column, namespace, type ResourceSpec } from "../resource.ts";

const FAMILY = column("family", "text", "family", "inet, inet6 …");
const OPTIONS = column("options", "list", "options", "what else is set, in the words of ip(8)", { escaped: true });

const ADDRESSES: ResourceSpec = {
  name: "addresses",
  noun: "address",
  plural: "addresses",
  title: "Addresses",
  scope: "image",
  meaning: "The addresses of network devices, as `ip address` lists them.",
  namespace: "net",
  key: ["device", "family", "address", "prefix"],
  columns: [
    namespace("network"),
    column("device", "text", "device", "the network device", { escaped: true }),
    FAMILY,
    column("address", "text", "address", "its own"),
    column("prefix", "number", "prefix", "the length of the prefix in bits"),
    column("peer", "text", "peer", "the other end of a point-to-point link"),
    column("label", "text", "label", "the name of the address", { escaped: true }),
    column("scope", "text", "scope", "global, link, host …"),
    column("flags", "list", "flags", "permanent, noprefixroute …"),
    column("state", "list", "state", "tentative, deprecated …", { notCompared: "volatile" }),
    OPTIONS,
  ],
};

const ROUTES: ResourceSpec = {
  name: "routes",
  noun: "route",
  title: "Routes",
  scope: "image",
  meaning: "The routes of network namespaces, as `ip route` lists them.",
  namespace: "net",
  key: ["family", "table", "destination", "metric"],
  columns: [
    namespace("network"),
    FAMILY,
    column("table", "text", "table", "the routing table"),
    column("destination", "text", "destination", "the prefix that it is for, or `default`"),
    column("metric", "number", "metric", "routes with lower ones are preferred"),
    column("type", "text", "type", "unicast, local, broadcast, blackhole …"),
    column("gateway", "text", "gateway", "the next hop"),
    column("device", "text", "device", "the network device", { escaped: true }),
    column("source", "text", "source", "the address that is preferred as the sender's"),
    column("protocol", "text", "protocol", "what made the route: kernel, static …"),
    column("scope", "text", "scope", "global, link, host …"),
    column("flags", "list", "flags", "onlink, linkdown …"),
    OPTIONS,
  ],
};

const RULES: ResourceSpec = {
  name: "rules",
  noun: "routing rule",
  title: "Routing rules",
  scope: "image",
  meaning: "The rules that choose a routing table, as `ip rule` lists them.",
  namespace: "net",
  key: ["family", "priority", "from", "to"],
  columns: [
    namespace("network"),
    FAMILY,
    column("priority", "number", "priority", "rules with lower ones come first"),
    column("from", "text", "from", "the prefix of senders, or `all`"),
    column("to", "text", "to", "the prefix of receivers, or `all`"),
    column("action", "text", "action", "lookup, goto, blackhole …"),
    column("table", "text", "table", "the routing table"),
    column("flags", "list", "flags", "not, permanent …"),
    OPTIONS,
  ],
};

const FIREWALL: ResourceSpec = {
  name: "firewall",
  noun: "firewall rule",
  title: "Firewall",
  scope: "image",
  meaning: "The firewall rules of network namespaces, as iptables-save(8) and `nft list ruleset` print them.",
  namespace: "net",
  key: ["tool", "table", "chain", "rule"],
  columns: [
    namespace("network"),
    column("tool", "text", "tool", "iptables, ip6tables or nftables"),
    column("table", "text", "table", "filter, nat …; of nftables with the family"),
    column("chain", "text", "chain", "INPUT …; of nftables also a set, a map …"),
    column("rule", "text", "rule", "without counters; null: the chain or the table itself"),
    column("policy", "text", "policy", "of a chain of iptables: what becomes of packets that no rule decides on"),
    column("after", "text", "after", "the rule before it in the chain", { minor: true }),
  ],
};

/** Tables of network namespaces. */
export const NETWORK_RESOURCES: readonly ResourceSpec[] = [ADDRESSES, ROUTES, RULES, FIREWALL];
