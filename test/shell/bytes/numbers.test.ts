import { expect, test } from "vitest";
import { numbersAt } from "../../../app/shell/bytes/numbers.ts";

const row = (bytes: Uint8Array, name: string) => {
  const found = numbersAt(bytes).find((each) => each.name === name);
  return [found?.little, found?.big];
};

test("integers of all sizes, both orders, exactly", () => {
  const bytes = Uint8Array.of(0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x77);
  expect(row(bytes, "u8")).toEqual(["254", "254"]);
  expect(row(bytes, "s8")).toEqual(["-2", "-2"]);
  expect(row(bytes, "u16")).toEqual(["65534", "65279"]);
  expect(row(bytes, "s32")).toEqual(["-2", "-16777217"]);
  expect(row(bytes, "u64")).toEqual(["18446744073709551614", "18374686479671623679"]);
  expect(row(bytes, "s64")).toEqual(["-2", "-72057594037927937"]);
});

test("floating point, and times", () => {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setFloat32(0, 0.1, true);
  expect(row(bytes, "float")[0]).toBe("0.1");
  view.setFloat64(0, -2.5, false);
  expect(row(bytes, "double")[1]).toBe("-2.5");
  view.setBigInt64(0, 1_000_000_000n, true);
  expect(row(bytes, "time64")[0]).toBe("2001-09-09 01:46:40");
  expect(row(bytes, "time32")[0]).toBe("2001-09-09 01:46:40");
  view.setBigInt64(0, 2n ** 62n, true);
  expect(row(bytes, "time64")[0]).toBe("–");
});

test("at the end of the bytes, what is too long has no value", () => {
  expect(row(Uint8Array.of(1, 2, 3), "u16")).toEqual(["513", "258"]);
  expect(row(Uint8Array.of(1, 2, 3), "u32")).toEqual([null, null]);
});
