// Names of a set's files: those of each kind, and names that are nearly such.

import { describe, expect, test } from "vitest";
import { MEMBER_KINDS, type MemberKind } from "../../../../app/decoder/criu/format/member-kinds.ts";
import { memberOfName } from "../../../../app/decoder/criu/format/member-names.ts";

const kindOf = (name: string): readonly [string | undefined, number] | null => {
  const found = memberOfName(name);
  return found === null ? null : [MEMBER_KINDS[found.kind]?.name, found.number];
};

const isService = ({ magic }: MemberKind): boolean => magic === "STATS" || magic === "IRMAP_CACHE";

describe.each(MEMBER_KINDS.map((kind) => [kind.name, kind] as const))("%s", (name, kind) => {
  const extension = isService(kind) ? "" : ".img";

  test("has a number exactly if CRIU writes one", () => {
    expect(kindOf(`${name}${extension}`)).toEqual(kind.number === undefined ? [name, Number.NaN] : null);
    expect(kindOf(`${name}-412.img`)).toEqual(
      kind.number === undefined ? null : [name, kind.number === "hex" ? 0x412 : 412],
    );
    expect(kindOf(`${name}-00a9f.img`)).toEqual(kind.number === "hex" ? [name, 0xa9f] : null);
  });

  test("has its extension, in any folder", () => {
    const number = kind.number === undefined ? "" : "-7";
    expect(kindOf(`a/b-1.img/${name}${number}${extension}`)).toEqual(kindOf(`${name}${number}${extension}`));
    expect(kindOf(`${name}${number}${isService(kind) ? ".img" : ""}`)).toBeNull();
  });
});

test.each([
  ["tmpfs-9.tar.gz.img", ["tmpfs", 9]],
  ["core-999999999999999.img", ["core", 999_999_999_999_999]],
  ["ghost-file-ffffffffffff.img", ["ghost-file", 0xffff_ffff_ffff]],
  ["core-1000000000000000.img", null],
  ["ghost-file-1000000000000.img", null],
  ["ghost-file-A.img", null],
  ["core-.img", null],
  ["core--1.img", null],
  ["core-1 .img", null],
  ["core-1:.img", null],
  ["core-1/.img", null],
  ["core-1.img.img", null],
  ["core-1.IMG", null],
  ["core-1.tar.gz", null],
  [".img", null],
  [".tar.gz.img", null],
  ["", null],
])("%j", (name, expected) => {
  expect(kindOf(name)).toEqual(expected);
});
