// What the attributes of addresses, routes and rules are, by their numbers in Linux include/uapi/linux/if_addr.h,
// rtnetlink.h and fib_rules.h, in the words of ip(8).

import { type Bits, bitWords } from "../../model/names/bits.ts";
import { ipv4Text, ipv6Text } from "../../model/text/addresses.ts";
import { visibleText } from "../../model/text/text.ts";
import { type Attribute, numberIn, readAttributes } from "./netlink.ts";

/** What words depend on besides the attribute. */
export interface NetworkContext {
  readonly littleEndian: boolean;
  /** AF_… of the message. */
  readonly family: number;
  /** The name of a network device by its index. */
  deviceOf(index: number): string;
}

/** An attribute in words; `null`: it says nothing, or advances by itself. */
type Words = (bytes: Uint8Array, context: NetworkContext) => string | null;

/** Attributes by number, with the name that comes before the words. */
export type AttributeWords = Readonly<Record<number, readonly [name: string, words: Words]>>;

const INET = 2;
const INET6 = 10;
const FAMILIES: Readonly<Record<number, string>> = { 2: "inet", 10: "inet6", 28: "mpls", 128: "ipmr", 129: "ip6mr" };

/** The family of addresses, as `ip` names it. */
export const familyName = (family: number): string => FAMILIES[family] ?? `family ${family}`;

export const hexText = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** An address of a family; of an unknown one, or another length, its bytes in hexadecimal. */
export function networkAddress(bytes: Uint8Array, family: number): string {
  if (family === INET && bytes.length === 4) return ipv4Text(bytes);
  return family === INET6 && bytes.length === 16 ? ipv6Text(bytes) : hexText(bytes);
}

/** The text of an attribute, without the zero byte at its end. */
export const textBytes = (bytes: Uint8Array): Uint8Array => (bytes.at(-1) === 0 ? bytes.subarray(0, -1) : bytes);

const address: Words = (bytes, { family }) => networkAddress(bytes, family);
const number: Words = (bytes, { littleEndian }) => String(numberIn(bytes, littleEndian) ?? hexText(bytes));
/** A number that is stored in the byte order of the network. */
const networkNumber: Words = (bytes) => String(numberIn(bytes, false) ?? hexText(bytes));
const hexNumber: Words = (bytes, { littleEndian }) => `0x${(numberIn(bytes, littleEndian) ?? 0).toString(16)}`;
const device: Words = (bytes, { littleEndian, deviceOf }) => {
  const index = numberIn(bytes, littleEndian);
  return typeof index === "number" ? deviceOf(index) : hexText(bytes);
};
const text: Words = (bytes) => visibleText(textBytes(bytes));
const silent: Words = () => null;

/** Two numbers: the first and the last of a range. */
const range: Words = (bytes, { littleEndian }) => {
  const half = bytes.length / 2;
  return [bytes.subarray(0, half), bytes.subarray(half)].map((end) => numberIn(end, littleEndian) ?? "").join("-");
};

/** A number that is all ones unless it is set. */
const unlessUnset: Words = (bytes, context) => (bytes.every((byte) => byte === 255) ? null : number(bytes, context));

/** Attributes in words, in their order. Those that are not described have their numbers and bytes. */
export const attributeWords = (
  attributes: readonly Attribute[],
  described: AttributeWords,
  context: NetworkContext,
): string[] =>
  attributes.flatMap(({ type, bytes }) => {
    const [name, words] = described[type] ?? [`attribute ${type}`, hexText];
    const said = words(bytes, context);
    return said === null ? [] : [name === "" ? said : `${name} ${said}`];
  });

const METRICS: AttributeWords = {
  1: ["lock", hexNumber],
  2: ["mtu", number],
  3: ["window", number],
  4: ["rtt", number],
  5: ["rttvar", number],
  6: ["ssthresh", number],
  7: ["cwnd", number],
  8: ["advmss", number],
  9: ["reordering", number],
  10: ["hoplimit", number],
  11: ["initcwnd", number],
  12: ["features", hexNumber],
  13: ["rto_min", number],
  14: ["initrwnd", number],
  15: ["quickack", number],
  16: ["congctl", text],
  17: ["fastopen_no_cookie", number],
};

const metrics: Words = (bytes, context) => {
  const found = readAttributes(bytes, context.littleEndian);
  return found === null ? hexText(bytes) : attributeWords(found, METRICS, context).join(" ");
};

/** struct rtvia: a gateway of another family. */
const via: Words = (bytes, { littleEndian }) => {
  const family = numberIn(bytes.subarray(0, 2), littleEndian);
  return typeof family === "number" ? `${familyName(family)} ${networkAddress(bytes.subarray(2), family)}` : null;
};

/** struct rtnexthop. */
const NEXT_HOP_BYTES = 8;

/** The gateways of a route that has several. */
const nextHops: Words = (bytes, context) => {
  const hops: string[] = [];
  for (let at = 0; at + NEXT_HOP_BYTES <= bytes.length; ) {
    const length = Number(numberIn(bytes.subarray(at, at + 2), context.littleEndian));
    if (length < NEXT_HOP_BYTES || at + length > bytes.length) return hexText(bytes);
    const flags = bitWords(NEXT_HOP_FLAGS, bytes[at + 2] ?? 0);
    const words = attributeWords(
      readAttributes(bytes.subarray(at + NEXT_HOP_BYTES, at + length), context.littleEndian) ?? [],
      ROUTE_ATTRIBUTES,
      context,
    );
    const weight = `weight ${(bytes[at + 3] ?? 0) + 1}`;
    hops.push([...words, `dev ${device(bytes.subarray(at + 4, at + 8), context)}`, weight, ...flags].join(" "));
    at += Math.ceil(length / 4) * 4;
  }
  return hops.join(", ");
};

const PREFERENCES = ["medium", "high", "", "low"];

/** RFC 4191. */
const preference: Words = ([value = 0]) => PREFERENCES[value] ?? String(value);

const protocol: Words = ([value = 0]) => routingProtocol(value);

/** IFA_…, but for those that are columns. */
export const ADDRESS_ATTRIBUTES: AttributeWords = {
  4: ["broadcast", address],
  5: ["anycast", address],
  // How long it is valid.
  6: ["", silent],
  7: ["multicast", address],
  9: ["metric", number],
  10: ["netnsid", silent],
  11: ["proto", number],
};

/** RTA_…, but for those that are columns. */
export const ROUTE_ATTRIBUTES: AttributeWords = {
  2: ["from", address],
  3: ["iif", device],
  5: ["via", address],
  8: ["", metrics],
  9: ["nexthop", nextHops],
  11: ["realm", hexNumber],
  // When it was used, and how long it is valid.
  12: ["", silent],
  16: ["mark", hexNumber],
  17: ["", silent],
  18: ["via", via],
  19: ["as to", address],
  20: ["pref", preference],
  21: ["encap type", number],
  22: ["encap", hexText],
  23: ["", silent],
  24: ["", silent],
  25: ["uid", number],
  26: ["ttl-propagate", number],
  27: ["ipproto", number],
  28: ["sport", networkNumber],
  29: ["dport", networkNumber],
  30: ["nhid", number],
};

/** FRA_…, but for those that are columns. */
export const RULE_ATTRIBUTES: AttributeWords = {
  3: ["iif", text],
  4: ["goto", number],
  10: ["fwmark", hexNumber],
  11: ["realms", hexNumber],
  12: ["tun_id", networkNumber],
  13: ["suppress_ifgroup", unlessUnset],
  14: ["suppress_prefixlength", unlessUnset],
  16: ["fwmask", hexNumber],
  17: ["oif", text],
  18: ["", silent],
  19: ["l3mdev", number],
  20: ["uidrange", range],
  21: ["proto", protocol],
  22: ["ipproto", number],
  23: ["sport", range],
  24: ["dport", range],
};

const NEXT_HOP_FLAGS: Bits = [
  ["dead", 1],
  ["pervasive", 2],
  ["onlink", 4],
  ["offload", 8],
  ["linkdown", 16],
  ["unresolved", 32],
  ["trap", 64],
];

const ROUTE_FLAGS: Bits = [
  ...NEXT_HOP_FLAGS,
  ["notify", 0x100],
  ["cloned", 0x200],
  ["equalize", 0x400],
  ["prefix", 0x800],
  ["rt_offload", 0x4000],
  ["rt_trap", 0x8000],
  ["rt_offload_failed", 0x20000000],
];

export const routeFlags = (flags: number): string[] => bitWords(ROUTE_FLAGS, flags);

const RULE_FLAGS: Bits = [
  ["permanent", 1],
  ["not", 2],
  ["unresolved", 4],
  ["iif detached", 8],
  ["oif detached", 16],
];

export const ruleFlags = (flags: number): string[] => bitWords(RULE_FLAGS, flags);

/** Bits of IFA_FLAGS that change while an address is checked, or grows old. */
const ADDRESS_STATES: Bits = [
  ["optimistic", 4],
  ["dadfailed", 8],
  ["deprecated", 0x20],
  ["tentative", 0x40],
];

const STATE_BITS = 0x6c;

const addressFlagNames = (family: number): Bits => [
  [family === INET6 ? "temporary" : "secondary", 1],
  ["nodad", 2],
  ["home", 0x10],
  ["permanent", 0x80],
  ["mngtmpaddr", 0x100],
  ["noprefixroute", 0x200],
  ["autojoin", 0x400],
  ["stable-privacy", 0x800],
];

export const addressFlags = (flags: number, family: number): string[] =>
  bitWords(addressFlagNames(family), flags & ~STATE_BITS);

export const addressStates = (flags: number): string[] => bitWords(ADDRESS_STATES, flags & STATE_BITS);

type Names = Readonly<Record<number, string>>;

const numbered = (names: Names) => (value: number) => names[value] ?? String(value);

const ROUTE_TYPES: Names = {
  ...["unspec", "unicast", "local", "broadcast", "anycast", "multicast"],
  ...{ 6: "blackhole", 7: "unreachable", 8: "prohibit", 9: "throw", 10: "nat", 11: "xresolve" },
};
const RULE_ACTIONS: Names = { 1: "lookup", 2: "goto", 3: "nop", 6: "blackhole", 7: "unreachable", 8: "prohibit" };
const SCOPES: Names = { 0: "global", 200: "site", 253: "link", 254: "host", 255: "nowhere" };
const TABLES: Names = { 253: "default", 254: "main", 255: "local" };
const PROTOCOLS: Names = {
  1: "redirect",
  2: "kernel",
  3: "boot",
  4: "static",
  9: "ra",
  16: "dhcp",
  186: "bgp",
  188: "ospf",
};

export const routeType = numbered(ROUTE_TYPES);
export const ruleAction = numbered(RULE_ACTIONS);
export const scopeName = numbered(SCOPES);
export const routingTable = numbered(TABLES);
export const routingProtocol = numbered(PROTOCOLS);
