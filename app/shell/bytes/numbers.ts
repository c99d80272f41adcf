// The bytes at the cursor read as numbers of every size, in both byte orders.

export interface NumberRow {
  readonly name: string;
  /** In little-endian byte order; `null` if there are too few bytes. */
  readonly little: string | null;
  readonly big: string | null;
}

interface Kind {
  readonly name: string;
  readonly size: number;
  read(view: DataView, littleEndian: boolean): string;
}

/** `time32` and `time64`: a time_t of 4 or 8 bytes. */
const KINDS: readonly Kind[] = [
  { name: "u8", size: 1, read: (view) => String(view.getUint8(0)) },
  { name: "s8", size: 1, read: (view) => String(view.getInt8(0)) },
  { name: "u16", size: 2, read: (view, little) => String(view.getUint16(0, little)) },
  { name: "s16", size: 2, read: (view, little) => String(view.getInt16(0, little)) },
  { name: "u32", size: 4, read: (view, little) => String(view.getUint32(0, little)) },
  { name: "s32", size: 4, read: (view, little) => String(view.getInt32(0, little)) },
  { name: "u64", size: 8, read: (view, little) => String(view.getBigUint64(0, little)) },
  { name: "s64", size: 8, read: (view, little) => String(view.getBigInt64(0, little)) },
  { name: "float", size: 4, read: (view, little) => floatText(view.getFloat32(0, little), 8) },
  { name: "double", size: 8, read: (view, little) => floatText(view.getFloat64(0, little), 16) },
  { name: "time32", size: 4, read: (view, little) => timeText(BigInt(view.getInt32(0, little))) },
  { name: "time64", size: 8, read: (view, little) => timeText(view.getBigInt64(0, little)) },
];

/** Bytes of the largest number. */
export const LARGEST_NUMBER = 8;

/** The numbers that start at the first byte. */
export function numbersAt(bytes: Uint8Array): NumberRow[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return KINDS.map(({ name, size, read }) => {
    if (bytes.length < size) return { name, little: null, big: null };
    return { name, little: read(view, true), big: read(view, false) };
  });
}

const floatText = (value: number, digits: number): string =>
  Number.isFinite(value) ? String(Number(value.toPrecision(digits))) : String(value);

/** Seconds since 1970 as a date in UTC; `–` outside of the years 1 to 9999. */
function timeText(seconds: bigint): string {
  if (seconds < -62_135_596_800n || seconds > 253_402_300_799n) return "–";
  return new Date(Number(seconds) * 1000).toISOString().replace("T", " ").slice(0, 19);
}
