// The first lines of fdinfo are read the same from bytes as from text, and whatever is unusual is left to the text.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createHeadNumbers, parseHead, readHead } from "../../../../cli/dump/descriptors/fdinfo-head.ts";

/** What readHead reads, in the form of parseHead; `null`: it leaves it to that. */
function fromBytes(text: string) {
  const bytes = Buffer.from(`${text}pos:\t7\nflags:\t7\nmnt_id:\t7\nino:\t7\n`, "latin1");
  const head = createHeadNumbers();
  // What comes after the length is from another entry.
  if (!readHead(bytes, text.length, head)) return null;
  const { pos, flags, mount, inode, end } = head;
  return { pos: String(pos), flags, mount: String(mount), inode: String(inode), end };
}

const [SINCE_5_14, BEFORE] = [
  "pos:\t4096\nflags:\t02102001\nmnt_id:\t29\nino:\t1310721\n",
  "pos:\t0\nflags:\t02\nmnt_id:\t9\n",
];

describe("the first lines of fdinfo", () => {
  test.each([
    ["of a file", SINCE_5_14, ["4096", 0o2102001, "29", "1310721"]],
    ["with more lines", `${SINCE_5_14}eventfd-count:                3\n`, ["4096", 0o2102001, "29", "1310721"]],
    [
      "of the largest exact numbers",
      "pos:\t999999999999999\nflags:\t0\nmnt_id:\t1\nino:\t1\n",
      ["999999999999999", 0, "1", "1"],
    ],
  ])("are read from bytes: %s", (_name, text, [pos, flags, mount, inode]) => {
    const expected = { pos, flags, mount, inode, end: text.indexOf("\n", text.indexOf("ino:")) + 1 };
    expect(fromBytes(text)).toEqual(expected);
    expect(parseHead(text)).toEqual(expected);
  });

  test.each([
    ["without an inode, before Linux 5.14", BEFORE, ["0", 2, "9", ""]],
    [
      "without an inode, and more lines",
      `${BEFORE}tfd:        3 events:       19 data:                3\n`,
      ["0", 2, "9", ""],
    ],
    ["of a negative position", "pos:\t-1\nflags:\t0\nmnt_id:\t1\nino:\t1\n", ["-1", 0, "1", "1"]],
    [
      "of a large position",
      "pos:\t9223372036854775807\nflags:\t0\nmnt_id:\t1\nino:\t1\n",
      ["9223372036854775807", 0, "1", "1"],
    ],
    [
      "of a large inode",
      "pos:\t0\nflags:\t0\nmnt_id:\t1\nino:\t18446744073709551615\n",
      ["0", 0, "1", "18446744073709551615"],
    ],
  ])("are left to the text: %s", (_name, text, [pos, flags, mount, inode]) => {
    expect(fromBytes(text)).toBeNull();
    expect(parseHead(text)).toMatchObject({ pos, flags, mount, inode });
  });

  test("are nothing where the lines are others", () => {
    for (const text of [
      "",
      "pos:\t0\n",
      "flags:\t0\npos:\t0\n",
      "pos:\t\nflags:\t0\nmnt_id:\t1\nino:\t1\n",
      "pos: 0\nflags: 0\nmnt_id: 1\n",
    ]) {
      expect(fromBytes(text)).toBeNull();
      expect(parseHead(text)).toBeNull();
    }
    // Cut off: not a smaller number.
    for (let length = 0; length < SINCE_5_14.length; length++)
      expect(fromBytes(SINCE_5_14.slice(0, length))).toBeNull();
  });

  test("are the same both ways, whatever their numbers", () => {
    const number = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
    const line = fc.tuple(number, fc.nat(), number, number);
    fc.assert(
      fc.property(line, fc.string({ maxLength: 20 }), ([pos, flags, mount, inode], more) => {
        const text = `pos:\t${pos}\nflags:\t0${flags.toString(8)}\nmnt_id:\t${mount}\nino:\t${inode}\n${more}`;
        const read = fromBytes(text);
        expect(parseHead(text)).toMatchObject({ pos: String(pos), flags, mount: String(mount), inode: String(inode) });
        if (read !== null) expect(read).toEqual(parseHead(text));
        else expect(Math.max(...[pos, mount, inode].map((each) => String(each).length))).toBeGreaterThan(15);
      }),
    );
  });
});
