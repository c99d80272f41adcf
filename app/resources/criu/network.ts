// Addresses, routes and routing rules of network namespaces. CRIU keeps what `ip addr save`, `ip route save` and
// `ip rule save` write.

import { visibleText } from "../../model/text/text.ts";
import type { Input } from "../table.ts";
import type { Tables } from "../tables.ts";
import { digestOf } from "./digest.ts";
import { type NetlinkMessage, numberIn, walkDump } from "./netlink.ts";
import {
  ADDRESS_ATTRIBUTES,
  addressFlags,
  addressStates,
  attributeWords,
  familyName,
  hexText,
  type NetworkContext,
  networkAddress,
  ROUTE_ATTRIBUTES,
  RULE_ATTRIBUTES,
  routeFlags,
  routeType,
  routingProtocol,
  routingTable,
  ruleAction,
  ruleFlags,
  scopeName,
  textBytes,
} from "./network-words.ts";
import { messageOf, type SetReader } from "./set-reader.ts";

type Draft = Record<string, Input>;
type Context = NetworkContext;

/** A kind of dump. */
interface Dump {
  /** Kinds of member, and the table that their messages go into. */
  readonly members: readonly string[];
  readonly resource: string;
  /** The first word: iproute2 ip/ipaddress.c, ip/iproute.c, ip/iprule.c. */
  readonly magic: number;
  /** RTM_NEW…: other messages have no rows. */
  readonly type: number;
  readonly headBytes: number;
  rowOf(message: NetlinkMessage, context: Context): Draft;
}

const DUMPS: readonly Dump[] = [
  { members: ["ifaddr"], resource: "addresses", magic: 0x47361222, type: 20, headBytes: 8, rowOf: addressRow },
  { members: ["route", "route6"], resource: "routes", magic: 0x45311224, type: 24, headBytes: 12, rowOf: routeRow },
  { members: ["rule"], resource: "rules", magic: 0x71706986, type: 32, headBytes: 12, rowOf: ruleRow },
];

/** Larger members are not read. */
const MOST_BYTES = 1 << 28;

/** Reads the tables of addresses, routes and rules. */
export async function readNetwork(set: SetReader, tables: Tables): Promise<void> {
  if (!tables.wants(...DUMPS.map(({ resource }) => resource))) return;
  const devices = await devicesByNamespace(set);
  for (const dump of DUMPS) {
    if (!tables.wants(dump.resource)) continue;
    for (const kind of dump.members) {
      for (const [member, namespace] of set.members.ofKind(kind)) {
        const source = set.source(member);
        if (source === undefined) continue;
        set.throwIfAborted();
        tables.hold(dump.resource);
        const bytes = await source.read(0, Math.min(source.size, MOST_BYTES));
        addRows(tables, dump, bytes, namespace, { set, devices });
      }
    }
  }
}

type Devices = ReadonlyMap<string, string>;

function addRows(
  tables: Tables,
  { resource, magic, type, headBytes, rowOf }: Dump,
  bytes: Uint8Array,
  namespace: number,
  { set: { littleEndian }, devices }: { readonly set: SetReader; readonly devices: Devices },
): void {
  if (bytes.length === 0) return;
  const deviceOf = (index: number): string => devices.get(`${namespace} ${index}`) ?? `device ${index}`;
  const rest = walkDump(bytes, { magic, headBytes, littleEndian }, (message) => {
    if (message.type !== type) return true;
    const context: Context = { littleEndian, family: message.head[0] ?? 0, deviceOf };
    const row = { namespace, family: familyName(context.family), ...rowOf(message, context) };
    return tables.add(resource, row);
  });
  // Two dumps can be compared even if they cannot be read.
  const { size, digest } = digestOf(rest);
  if (size > 0) tables.add(resource, { namespace, options: [`not read: ${size} bytes, CRC-32 ${digest}`] });
}

/** Names of devices, by namespace and index. */
async function devicesByNamespace(set: SetReader): Promise<Devices> {
  const devices = new Map<string, string>();
  for await (const entry of set.entries("netdev")) {
    const device = messageOf(entry, "net_device_entry");
    const [index, name] = [device?.number("ifindex") ?? null, device?.bytes("name") ?? null];
    if (index !== null && name !== null) devices.set(`${entry.number} ${index}`, visibleText(name));
  }
  return devices;
}

/** Attributes that are columns, by number: the rest is put into words. */
function attributesOf({ attributes }: NetlinkMessage, columns: readonly number[]) {
  const found = new Map(attributes.map(({ type, bytes }) => [type, bytes]));
  return {
    bytes: (type: number): Uint8Array | null => found.get(type) ?? null,
    others: attributes.filter(({ type }) => !columns.includes(type)),
  };
}

const numberOr = (bytes: Uint8Array | null, { littleEndian }: Context, otherwise: number): number => {
  const value = bytes === null ? null : numberIn(bytes, littleEndian);
  return typeof value === "number" ? value : otherwise;
};

const wordAt = (head: Uint8Array, at: number, { littleEndian }: Context): number =>
  Number(numberIn(head.subarray(at, at + 4), littleEndian));

const byteAt = (head: Uint8Array, at: number): number => head[at] ?? 0;

const listOrNull = (words: readonly string[]): readonly string[] | null => (words.length === 0 ? null : words);

/** struct ifaddrmsg: family, length of the prefix, flags, scope, index of the device. */
function addressRow(message: NetlinkMessage, context: Context): Draft {
  const { head } = message;
  const { family } = context;
  const [ADDRESS, LOCAL, LABEL, FLAGS] = [1, 2, 3, 8];
  const { bytes, others } = attributesOf(message, [ADDRESS, LOCAL, LABEL, FLAGS]);
  const flags = numberOr(bytes(FLAGS), context, byteAt(head, 2));
  const [own, other] = [bytes(LOCAL) ?? bytes(ADDRESS), bytes(ADDRESS)];
  const address = own === null ? null : networkAddress(own, family);
  const peer = other === null ? null : networkAddress(other, family);
  const label = bytes(LABEL);
  return {
    device: context.deviceOf(wordAt(head, 4, context)),
    address,
    prefix: byteAt(head, 1),
    peer: peer === address ? null : peer,
    label: label === null ? null : visibleText(textBytes(label)),
    scope: scopeName(byteAt(head, 3)),
    flags: listOrNull(addressFlags(flags, family)),
    state: listOrNull(addressStates(flags)),
    options: listOrNull(attributeWords(others, ADDRESS_ATTRIBUTES, context)),
  };
}

/** An address with the length of its prefix; `default` for all of them. */
function prefixText(bytes: Uint8Array | null, length: number, family: number, all: string): string {
  if (bytes === null) return length === 0 ? all : `0/${length}`;
  return `${networkAddress(bytes, family)}/${length}`;
}

/** struct rtmsg: family, lengths of prefixes, TOS, table, protocol, scope, type, flags. */
function routeRow(message: NetlinkMessage, context: Context): Draft {
  const { head } = message;
  const { family } = context;
  const [TO, DEVICE, GATEWAY, METRIC, PREFERRED, TABLE] = [1, 4, 5, 6, 7, 15];
  const { bytes, others } = attributesOf(message, [TO, DEVICE, GATEWAY, METRIC, PREFERRED, TABLE]);
  const [gateway, source, device] = [bytes(GATEWAY), bytes(PREFERRED), bytes(DEVICE)];
  const sourceLength = byteAt(head, 2);
  const tos = byteAt(head, 3);
  return {
    table: routingTable(numberOr(bytes(TABLE), context, byteAt(head, 4))),
    destination: prefixText(bytes(TO), byteAt(head, 1), family, "default"),
    type: routeType(byteAt(head, 7)),
    gateway: gateway === null ? null : networkAddress(gateway, family),
    device: device === null ? null : context.deviceOf(numberOr(device, context, 0)),
    source: source === null ? null : networkAddress(source, family),
    metric: numberOr(bytes(METRIC), context, 0),
    protocol: routingProtocol(byteAt(head, 5)),
    scope: scopeName(byteAt(head, 6)),
    flags: listOrNull(routeFlags(wordAt(head, 8, context))),
    options: listOrNull([
      ...attributeWords(others, ROUTE_ATTRIBUTES, context),
      ...(sourceLength === 0 ? [] : [`length of from ${sourceLength}`]),
      ...(tos === 0 ? [] : [`tos ${hexText(Uint8Array.of(tos))}`]),
    ]),
  };
}

/** struct fib_rule_hdr: family, lengths of prefixes, TOS, table, two bytes, action, flags. */
function ruleRow(message: NetlinkMessage, context: Context): Draft {
  const { head } = message;
  const { family } = context;
  const [TO, FROM, PRIORITY, TABLE] = [1, 2, 6, 15];
  const { bytes, others } = attributesOf(message, [TO, FROM, PRIORITY, TABLE]);
  const tos = byteAt(head, 3);
  return {
    priority: numberOr(bytes(PRIORITY), context, 0),
    from: prefixText(bytes(FROM), byteAt(head, 2), family, "all"),
    to: prefixText(bytes(TO), byteAt(head, 1), family, "all"),
    action: ruleAction(byteAt(head, 7)),
    table: routingTable(numberOr(bytes(TABLE), context, byteAt(head, 4))),
    flags: listOrNull(ruleFlags(wordAt(head, 8, context))),
    options: listOrNull([
      ...attributeWords(others, RULE_ATTRIBUTES, context),
      ...(tos === 0 ? [] : [`tos ${hexText(Uint8Array.of(tos))}`]),
    ]),
  };
}
