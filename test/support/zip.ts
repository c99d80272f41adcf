// Builds ZIP archives, well-formed or not.

import { crc32, deflateRawSync } from "node:zlib";
import { encodeText } from "../../app/model/text/text.ts";
import { concat } from "./tar.ts";

export interface ZipEntry {
  readonly name: string;
  readonly bytes?: Uint8Array;
  /** Default: 8, DEFLATE. Bytes of any other method are stored as they are. */
  readonly method?: number;
  /** General purpose flags. */
  readonly flags?: number;
  /** Written instead of the true checksum. */
  readonly crc?: number;
  /** Seconds since 1970, in an extra field. */
  readonly modified?: number;
}

const words = (...values: readonly (readonly [size: 2 | 4, value: number])[]): Uint8Array =>
  Uint8Array.from(
    values.flatMap(([size, value]) => Array.from({ length: size }, (_, at) => (value >>> (8 * at)) & 255)),
  );

/** The local header with the bytes of an entry, and its entry in the directory. */
function parts(entry: ZipEntry, at: number): { readonly local: Uint8Array; readonly central: Uint8Array } {
  const { name, bytes = new Uint8Array(0), method = 8, flags = 0, modified } = entry;
  const path = encodeText(name);
  const packed = method === 8 ? deflateRawSync(bytes) : bytes;
  const { crc = crc32(bytes) } = entry;
  const extra =
    modified === undefined
      ? new Uint8Array(0)
      : concat([words([2, 0x5455], [2, 5]), Uint8Array.of(1), words([4, modified])]);
  const common = [
    [2, flags],
    [2, method],
    [4, 0],
    [4, crc],
    [4, packed.length],
    [4, bytes.length],
    [2, path.length],
    [2, extra.length],
  ] as const;
  const local = concat([words([4, 0x04034b50], [2, 20], ...common), path, extra, packed]);
  const rest = [
    [2, 0],
    [2, 0],
    [2, 0],
    [4, 0],
    [4, at],
  ] as const;
  return { local, central: concat([words([4, 0x02014b50], [2, 20], [2, 20], ...common, ...rest), path, extra]) };
}

/** An archive with its directory. */
export function zip(entries: readonly ZipEntry[]): Uint8Array {
  const locals: Uint8Array[] = [];
  const centrals: Uint8Array[] = [];
  let at = 0;
  for (const entry of entries) {
    const { local, central } = parts(entry, at);
    locals.push(local);
    centrals.push(central);
    at += local.length;
  }
  const directory = concat(centrals);
  const { length } = entries;
  const end = words([4, 0x06054b50], [2, 0], [2, 0], [2, length], [2, length], [4, directory.length], [4, at], [2, 0]);
  return concat([...locals, directory, end]);
}
