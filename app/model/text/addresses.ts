// Internet addresses as text.

/** 4 bytes of an IPv4 address: `127.0.0.1`. */
export const ipv4Text = (bytes: Uint8Array): string => bytes.subarray(0, 4).join(".");

/**
 * Prefixes of 96 bits after which the last 32 bits are an IPv4 address: ::ffff:0:0 (RFC 4291), ::ffff:0:0:0 (RFC 2765).
 */
const IPV4_PREFIXES: readonly (readonly number[])[] = [
  [0, 0, 0, 0, 0, 0xffff],
  [0, 0, 0, 0, 0xffff, 0],
];

/** 16 bytes of an IPv6 address, as RFC 5952 writes it: `2001:db8::1`, `::ffff:192.0.2.1`. */
export function ipv6Text(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[2 * i] ?? 0) * 256 + (bytes[2 * i + 1] ?? 0));
  const holdsIpv4 = IPV4_PREFIXES.some((prefix) => prefix.every((group, i) => groups[i] === group));
  const parts = (holdsIpv4 ? groups.slice(0, 6) : groups).map((group) => group.toString(16));
  if (holdsIpv4) parts.push(ipv4Text(bytes.subarray(12, 16)));
  // The first of the longest runs of zero groups, two at least, becomes "::".
  let best = { at: -1, length: 1 };
  for (let at = 0; at < parts.length; at++) {
    let length = 0;
    while (parts[at + length] === "0") length++;
    if (length > best.length) best = { at, length };
  }
  if (best.at < 0) return parts.join(":");
  return `${parts.slice(0, best.at).join(":")}::${parts.slice(best.at + best.length).join(":")}`;
}
