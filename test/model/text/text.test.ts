import { describe, expect, test } from "vitest";
import {
  encodeText,
  exactBytes,
  exactText,
  indexOfBytes,
  jsonText,
  plainTexts,
  shownText,
  visible,
  visibleText,
} from "../../../app/model/text/text.ts";

describe("invisible text", () => {
  test.each([
    ["tag characters", "a\u{e0041}\u{e0042}", "a\\u{e0041}\\u{e0042}"],
    ["Hangul fillers", "\u115f\u1160\u3164\uffa0", "\\u115f\\u1160\\u3164\\uffa0"],
    ["variation selectors", "x\ufe0f\u{e0100}\u180b", "x\\ufe0f\\u{e0100}\\u180b"],
    ["no-break and other spaces", "a\u00a0b\u2007c\u202fd\u3000e", "a\\xa0b\\u2007c\\u202fd\\u3000e"],
    ["zero-width marks", "a\u200b\u200c\u200d\u2060\ufeff", "a\\u200b\\u200c\\u200d\\u2060\\ufeff"],
    ["the soft hyphen", "ro\u00adot", "ro\\xadot"],
    ["invisible operators", "\u2061\u2062\u2063\u2064", "\\u2061\\u2062\\u2063\\u2064"],
    ["bidirectional controls", "\u202e\u2066\u061c\u200f", "\\u202e\\u2066\\u061c\\u200f"],
    ["controls", "\x1b\x7f\x9b\n\t\0\\", "\\x1b\\x7f\\x9b\\n\\t\\0\\\\"],
    ["the combining grapheme joiner", "a\u034fb", "a\\u034fb"],
    ["lone surrogates", "\ud800x", "\\ud800x"],
    ["noncharacters", "\ufffe", "\\ufffe"],
  ])("%s are made visible", (_, text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test("every character that Unicode lets a renderer leave out is made visible", () => {
    for (let code = 0; code <= 0x10ffff; code++) {
      const character = String.fromCodePoint(code);
      if (character !== " " && /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cs}\p{Z}]/u.test(character)) {
        expect(visible(character)).toMatch(/^\\/);
      }
    }
  });

  test("letters of every script stay as they are", () => {
    for (const text of ["naïve", "файл", "文件", "한글", "ملف", "😀", "e\u0301", "a b"])
      expect(visible(text)).toBe(text);
  });
});

describe("bytes as a string that keeps them", () => {
  test.each([
    ["valid UTF-8", "häß😀\u0000", [...encodeText("häß😀\u0000")]],
    ["a bad byte", "a\udcffb", [0x61, 0xff, 0x62]],
    ["a sequence that is cut", "\udcf0\udc9f", [0xf0, 0x9f]],
    ["a bad byte after a character of two units", "😀\udc80", [...encodeText("😀"), 0x80]],
    ["a surrogate in UTF-8", "\udced\udcb2\udc80", [0xed, 0xb2, 0x80]],
  ])("%s", (_, text, bytes) => {
    expect(exactText(Uint8Array.from(bytes))).toBe(text);
    expect([...exactBytes(text)]).toEqual(bytes);
    expect(visible(text)).toBe(visibleText(Uint8Array.from(bytes)));
  });

  test("a bad byte is shown as one", () => {
    expect(visible(exactText(Uint8Array.of(0x61, 0x80, 0xff)))).toBe("a\\x80\\xff");
  });
});

test("JSON is printable and has the same value", () => {
  const value = { "a\x9b": "\x7f\x85\u202e\u{e0041}\ufe0f\u00a0é😀\n" };
  const text = jsonText(value);
  expect(text).toBe('{"a\\u009b":"\\u007f\\u0085\\u202e\\udb40\\udc41\\ufe0f\\u00a0é😀\\n"}');
  expect(JSON.parse(text)).toEqual(value);
});

test("a name longer than any path is shortened with its size", () => {
  expect(shownText(new Uint8Array(4096).fill(97))).toBe("a".repeat(4096));
  expect(shownText(new Uint8Array(1_000_000).fill(97))).toBe(`${"a".repeat(256)}… (1,000,000 bytes)`);
});

test("bytes are found wherever they are", () => {
  const bytes = Uint8Array.from([1, 2, 1, 2, 3]);
  expect(indexOfBytes(bytes, Uint8Array.from([1, 2, 3]))).toBe(2);
  expect(indexOfBytes(bytes, Uint8Array.from([3, 1]))).toBe(-1);
  expect(indexOfBytes(bytes, new Uint8Array(0))).toBe(0);
});

describe("plain texts of a pool", () => {
  const plain = ["/usr/bin/a b", "~", " "];
  const others = ["a\\b", "a\nb", "é", "😀", "\u202e", "\x7f", "\0"];

  test.each([
    ["plain", plain],
    ["of several bytes a character", [...plain, ...others]],
  ])("are those that are visible as they are, among texts that are %s", (_, texts) => {
    const parts = texts.map(encodeText);
    // Not UTF-8, and so one character for each byte.
    if (texts !== plain) parts.push(Uint8Array.of(0x61, 0xff));
    const pool = Uint8Array.from(parts.flatMap((part) => [...part]));
    const textAt = plainTexts(pool);
    let start = 0;
    for (const [at, part] of parts.entries()) {
      expect(textAt(start, start + part.length)).toBe(plain[at] ?? null);
      if (at < plain.length) expect(visibleText(part)).toBe(plain[at]);
      start += part.length;
    }
    expect(textAt(0, 0)).toBe("");
    expect(textAt(start - 1, start + 1)).toBe(null);
  });

  test("are found wherever they are in a large pool, and long ones are left to others", () => {
    const pool = new Uint8Array(2 ** 21 + 10_000).fill(0x61);
    // Characters of two bytes: where one begins depends on all bytes before.
    pool.set(encodeText("éé"), 2 ** 20 - 1);
    const textAt = plainTexts(pool);
    for (const start of [0, 2 ** 20 - 300, 2 ** 20 + 3, 2 ** 21 - 100, 2 ** 21, pool.length - 200]) {
      expect(textAt(start, start + 200)).toBe("a".repeat(200));
    }
    expect(textAt(2 ** 20 - 100, 2 ** 20 + 100)).toBe(null);
    expect(textAt(2 ** 20, 2 ** 20 + 1)).toBe(null);
    expect(textAt(pool.length - 100, pool.length + 1)).toBe(null);
    expect(textAt(0, 5000)).toBe(null);
  });

  test("are found where only bytes that are not UTF-8 are among them", () => {
    expect(plainTexts(Uint8Array.of(0xff, 0x61))(0, 1)).toBe(null);
    expect(plainTexts(Uint8Array.of(0xff, 0x61))(1, 2)).toBe("a");
  });
});
