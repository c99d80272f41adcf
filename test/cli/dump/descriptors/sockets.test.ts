// Addresses of sockets in /proc/net: 32-bit words in hexadecimal, in the machine's byte order.

import { endianness } from "node:os";
import { expect, test } from "vitest";
import { internetText } from "../../../../cli/dump/descriptors/sockets.ts";

test.skipIf(endianness() !== "LE").each([
  ["0100007F:0050", "127.0.0.1:80"],
  ["00000000:0016", "0.0.0.0:22"],
  ["00000000:0000", ""],
  ["00000000000000000000000001000000:1F90", "[::1]:8080"],
  ["00000000000000000000000000000000:1F90", "[::]:8080"],
  ["B80D01200000000067452301EFCDAB89:01BB", "[2001:db8::123:4567:89ab:cdef]:443"],
])("%s is %s", (text, address) => {
  expect(internetText(text)).toBe(address);
});
