import { expect, test } from "vitest";
import { ipv4Text, ipv6Text } from "../../../app/model/text/addresses.ts";

const bytes = (...groups: number[]): Uint8Array =>
  Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255]));

test("an IPv4 address is four decimal numbers", () => {
  expect(ipv4Text(Uint8Array.of(127, 0, 0, 1))).toBe("127.0.0.1");
});

test.each([
  ["::", bytes(0, 0, 0, 0, 0, 0, 0, 0)],
  ["::1", bytes(0, 0, 0, 0, 0, 0, 0, 1)],
  ["1::", bytes(1, 0, 0, 0, 0, 0, 0, 0)],
  ["fe80::1:0:0:1", bytes(0xfe80, 0, 0, 0, 1, 0, 0, 1)],
  ["2001:db8::1:0:0:1", bytes(0x2001, 0xdb8, 0, 0, 1, 0, 0, 1)],
  ["2001:db8:0:1:1:1:1:1", bytes(0x2001, 0xdb8, 0, 1, 1, 1, 1, 1)],
  ["10::100:0:0:1", bytes(0x10, 0, 0, 0, 0x100, 0, 0, 1)],
])("an IPv6 address is written as RFC 5952 has it: %s", (text, address) => {
  expect(ipv6Text(address)).toBe(text);
});

test.each([
  ["::ffff:192.0.2.1", bytes(0, 0, 0, 0, 0, 0xffff, 0xc000, 0x0201)],
  ["::ffff:0.0.0.0", bytes(0, 0, 0, 0, 0, 0xffff, 0, 0)],
  ["::ffff:0:192.0.2.1", bytes(0, 0, 0, 0, 0xffff, 0, 0xc000, 0x0201)],
  ["::fffe:c000:201", bytes(0, 0, 0, 0, 0, 0xfffe, 0xc000, 0x0201)],
  ["::c000:201", bytes(0, 0, 0, 0, 0, 0, 0xc000, 0x0201)],
])("an IPv4 address within an IPv6 address is decimal where the prefix says that it is one: %s", (text, address) => {
  expect(ipv6Text(address)).toBe(text);
});
