// What is searched for: bytes, or a regular expression over bytes.

import { bordersOf } from "../decoder/find-bytes.ts";

/** Reports a match: bytes start … end - 1 of what is searched. Returns false to stop. */
export type Report = (start: number, end: number) => boolean;

/** Finds matches in a window of bytes. */
export interface Matcher {
  /** Bytes before and after a stretch that its matches may depend on or extend into. */
  readonly behind: number;
  readonly ahead: number;
  /** Reports the matches that begin at `from` … `to` - 1, ascending; none overlaps the previous one. */
  find(bytes: Uint8Array, from: number, to: number, report: Report): void | Promise<void>;
}

/** Longest run of bytes that can be searched for. */
const LONGEST_NEEDLE = 4096;

/** Whether a run of bytes can be searched for. */
export const isNeedle = (needle: Uint8Array): boolean => needle.length > 0 && needle.length <= LONGEST_NEEDLE;

/** Bytes by roughly how often they occur in memory: the rarest one of a text is searched first. */
const COMMON = Uint8Array.from([
  0x00, 0xff, 0x20, 0x48, 0x01, 0x0f, 0x8b, 0x89, 0x24, 0x65, 0x74, 0x61, 0x6f, 0x69, 0x6e,
]);

/** The index of a byte of the needle that is likely to be rare. */
function rarest(needle: Uint8Array): number {
  let best = 0;
  let bestRank = -1;
  for (const [index, byte] of needle.entries()) {
    const common = COMMON.indexOf(byte);
    const isLetter = byte >= 0x61 && byte <= 0x7a;
    const rank = common >= 0 ? common : isLetter ? 100 : 200;
    if (rank > bestRank) [best, bestRank] = [index, rank];
  }
  return best;
}

/** Candidates for each this many bytes at most; with more of them, every byte is compared instead. */
const CANDIDATE_EVERY = 48;

/** Finds a run of bytes, in time linear in what is searched, whatever it is. */
export function bytesMatcher(needle: Uint8Array): Matcher {
  const { length } = needle;
  const at = rarest(needle);
  const rare = needle[at] as number;
  const borders = bordersOf(needle);

  const isAt = (bytes: Uint8Array, start: number): boolean => {
    for (let i = 0; i < length; i++) if (bytes[start + i] !== needle[i]) return false;
    return true;
  };

  return {
    behind: 0,
    ahead: length - 1,
    find(bytes, from, to, report) {
      const last = Math.min(to, bytes.length - length + 1);
      let start = from;
      let candidates = 0;
      while (start < last) {
        const found = bytes.indexOf(rare, start + at);
        if (found < 0 || found - at >= last) return;
        start = found - at;
        if (isAt(bytes, start)) {
          if (!report(start, start + length)) return;
          start += length;
        } else start++;
        if (++candidates * CANDIDATE_EVERY > start - from + 4096) {
          findSlowly(bytes, start, last, needle, borders, report);
          return;
        }
      }
    },
  };
}

/** Knuth, Morris and Pratt: reads every byte once. */
function findSlowly(
  bytes: Uint8Array,
  from: number,
  last: number,
  needle: Uint8Array,
  borders: Uint16Array,
  report: Report,
): void {
  const end = Math.min(bytes.length, last + needle.length - 1);
  let matched = 0;
  for (let i = from; i < end; i++) {
    const byte = bytes[i];
    while (matched > 0 && byte !== needle[matched]) matched = borders[matched - 1] as number;
    if (byte === needle[matched]) matched++;
    if (matched < needle.length) continue;
    if (!report(i + 1 - needle.length, i + 1)) return;
    matched = 0;
  }
}

/** Several matchers as one. Matches of different ones may overlap; they are reported by where they begin. */
export function anyOf(matchers: readonly Matcher[]): Matcher {
  const [only] = matchers;
  if (only !== undefined && matchers.length === 1) return only;
  return {
    behind: Math.max(...matchers.map(({ behind }) => behind)),
    ahead: Math.max(...matchers.map(({ ahead }) => ahead)),
    async find(bytes, from, to, report) {
      const found: [number, number][] = [];
      for (const matcher of matchers) {
        await matcher.find(bytes, from, to, (start, end) => found.push([start, end]) < MOST_AT_ONCE);
      }
      found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      let last = from;
      for (const [start, end] of found) {
        if (start < last) continue;
        if (!report(start, end)) return;
        last = end;
      }
    },
  };
}

/** Matches that one matcher may report of one window when several are searched for. */
const MOST_AT_ONCE = 100_000;
