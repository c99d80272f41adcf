// Names of sockets are raw bytes in a Checkpoint: what shows them makes them visible, once.

import { expect, test } from "vitest";
import { unixAddress, unixName } from "../../../../app/decoder/linux-cr/details/socket-addresses.ts";
import { socketName } from "../../../../app/decoder/linux-cr/details/socket-names.ts";
import { nameBytes, stableLength } from "../../../../app/model/checkpoint.ts";
import { decodeText, encodeText, stillVisible, visible } from "../../../../app/model/text/text.ts";
import { fileName } from "../../../../app/model/text/words.ts";
import { fixtureBytes, open } from "../../../support/open.ts";

test("an abstract name with a byte 01 is escaped once", async () => {
  const { checkpoint } = await open(fixtureBytes("linux-cr/cases/socket-name.ckpt"));
  const rows = Array.from({ length: checkpoint.files.count }, (_, row) => row);
  const names = rows.map((row) => fileName(checkpoint, row));
  expect(names).toContain("socket:[unix stream @zoo-abs-12940\\x01x]");
  const row = names.indexOf("socket:[unix stream @zoo-abs-12940\\x01x]");
  expect(decodeText(nameBytes(checkpoint, row))).toBe("socket:[unix stream @zoo-abs-12940\u0001x]");
  expect(names).toContain("socket:[raw 0.0.0.0 close]");
});

test.each([
  ["a path ends at NUL", [0x61, 0x5c, 0x62, 0, 0x63], "a\\b", "a\\\\b"],
  ["in an abstract name every byte counts", [0, 0x61, 0, 0x62], "@a\0b", "@a\\0b"],
  ["an unnamed socket has none", [], "", ""],
  ["an abstract name may be empty", [0], "", ""],
])("%s", (_about, name, raw, shown) => {
  const sockaddr = Uint8Array.from([1, 0, ...name]);
  expect(decodeText(unixName(sockaddr, sockaddr.length))).toBe(raw);
  expect(unixAddress(sockaddr, sockaddr.length)).toBe(shown);
});

test("the stable part of a name is counted in bytes", () => {
  const words = { family: "unix", type: "stream", protocol: "", state: "listen" };
  const { name, stable } = socketName(words, { local: encodeText("/日本"), remote: new Uint8Array(0) });
  expect(decodeText(name)).toBe("socket:[unix stream /日本]");
  expect(stable).toBe(name.length - 1);
});

test("text that was made visible stays as it is, but for what is still invisible", () => {
  expect(stillVisible(visible("a\u0001\\b"))).toBe(visible("a\u0001\\b"));
  expect(stillVisible("a\u0001")).toBe("a\\x01");
});

test("a raw socket has addresses without a port in its details", async () => {
  const { checkpoint, details } = await open(fixtureBytes("linux-cr/cases/socket-name.ckpt"));
  const names = Array.from({ length: checkpoint.files.count }, (_, row) => fileName(checkpoint, row));
  const raw = await details(names.indexOf("socket:[raw 0.0.0.0 close]"));
  expect([raw.type, raw.local, raw.remote]).toEqual(["raw", "0.0.0.0", ""]);
});

test("a connected socket has both ends in its name, of which comparisons use its own", async () => {
  const names = async (side: string): Promise<string[][]> => {
    const { checkpoint } = await open(fixtureBytes(`linux-cr/socket-remote/${side}.ckpt`));
    return Array.from({ length: checkpoint.files.count }, (_, row) => row)
      .filter((row) => fileName(checkpoint, row).includes("->"))
      .map((row) => [
        fileName(checkpoint, row),
        decodeText(nameBytes(checkpoint, row).subarray(0, stableLength(checkpoint.files, row))),
      ]);
  };
  const own = "socket:[tcp 127.0.0.1:58693";
  expect(await names("before")).toEqual([[`${own}->127.0.0.1:58202 established]`, own]]);
  expect(await names("after")).toEqual([[`${own}->127.0.0.1:58216 established]`, own]]);
});
