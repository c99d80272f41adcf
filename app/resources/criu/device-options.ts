// Settings that only one type of network device has: tun, macvlan, tunnels (sit).

import { addressText } from "../../decoder/criu/format/meaning.ts";
import type { Values } from "../../decoder/criu/wire/values.ts";
import { macvlanFlags, macvlanMode, tunFlags } from "../words.ts";

/** A setting in words; `null`: it is not set. */
type Option = (settings: Values, field: string, littleEndian: boolean) => string | null;

const named =
  (name: string, words: (value: number) => string | null = String): Option =>
  (settings, field) => {
    const value = settings.number(field);
    const text = value === null ? null : words(value);
    return text === null || text === "" ? null : `${name} ${text}`;
  };

const address =
  (name: string): Option =>
  (settings, field, littleEndian) => {
    const words = settings.numbers(field);
    if (words.length === 0) return null;
    return `${name} ${addressText(words, littleEndian) ?? words.join(" ")}`;
  };

const flag =
  (set: string, unset: string): Option =>
  (settings, field) => {
    const value = settings.bool(field);
    return value === null ? null : value ? set : unset;
  };

const hex = (value: number): string => `0x${value.toString(16)}`;

/** A user or group; the kernel has -1 for none. */
const owner = (value: number): string | null => (value === -1 ? null : String(value >>> 0));

/** The fields of net_device_entry with such settings, and of each the fields in it with their names in `ip link`. */
const OPTIONS: readonly (readonly [
  settings: string,
  options: readonly (readonly [field: string, option: Option])[],
])[] = [
  [
    "tun",
    [
      ["flags", named("flags", (value) => tunFlags(value).join(" "))],
      ["owner", named("user", owner)],
      ["group", named("group", owner)],
      ["vnethdr", named("vnet_hdr_size")],
      ["sndbuf", named("sndbuf")],
    ],
  ],
  [
    "macvlan",
    [
      ["mode", named("mode", macvlanMode)],
      ["flags", named("flags", (value) => macvlanFlags(value).join(" "))],
    ],
  ],
  [
    "sit",
    [
      ["link", named("link")],
      ["local", address("local")],
      ["remote", address("remote")],
      ["ttl", named("ttl")],
      ["tos", named("tos", hex)],
      ["pmtudisc", flag("pmtudisc", "nopmtudisc")],
      ["proto", named("protocol")],
      ["flags", named("flags", hex)],
      ["encap_type", named("encap")],
      ["encap_flags", named("encap-flags", hex)],
      ["encap_sport", named("encap-sport")],
      ["encap_dport", named("encap-dport")],
      ["rd_prefixlen", named("6rd-prefix length")],
      ["rd_prefix", address("6rd-prefix")],
      ["relay_prefixlen", named("6rd-relay_prefix length")],
      ["relay_prefix", address("6rd-relay_prefix")],
    ],
  ],
];

/** The settings that only devices of the type of this one have, in words; `null`: there are none. */
export function deviceOptions(device: Values, littleEndian: boolean): string[] | null {
  const found = OPTIONS.flatMap(([name, options]) => {
    const settings = device.nested(name);
    return settings === null ? [] : options.map(([field, option]) => option(settings, field, littleEndian));
  }).filter((text) => text !== null);
  return found.length === 0 ? null : found;
}
