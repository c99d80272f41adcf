// Names of the bits of flag words.

export type Bits = readonly (readonly [string, number])[];

/** EPOLL… of Linux include/uapi/linux/eventpoll.h. */
export const EPOLL_EVENTS: Bits = [
  ["EPOLLIN", 1],
  ["EPOLLPRI", 2],
  ["EPOLLOUT", 4],
  ["EPOLLERR", 8],
  ["EPOLLHUP", 16],
  ["EPOLLRDNORM", 0x40],
  ["EPOLLRDBAND", 0x80],
  ["EPOLLWRNORM", 0x100],
  ["EPOLLWRBAND", 0x200],
  ["EPOLLMSG", 0x400],
  ["EPOLLRDHUP", 0x2000],
  ["EPOLLEXCLUSIVE", 0x10000000],
  ["EPOLLWAKEUP", 0x20000000],
  ["EPOLLONESHOT", 0x40000000],
  ["EPOLLET", 0x80000000],
];

/** Names of the bits that are set; bits without a name come last, in hex. */
export function bitWords(bits: Bits, value: number): string[] {
  const names: string[] = [];
  let left = value;
  for (const [name, bit] of bits) {
    if ((left & bit) === 0) continue;
    names.push(name);
    left &= ~bit;
  }
  if (left !== 0) names.push(`0x${(left >>> 0).toString(16)}`);
  return names;
}

/** The value that `bitWords` gives these names for; undefined: it gives none of them. */
export function bitsOf(bits: Bits, names: readonly unknown[]): number | undefined {
  let value = 0;
  for (const name of names) {
    const bit = bits.find(([known]) => known === name)?.[1] ?? unnamedBits(name);
    if (bit === undefined) return undefined;
    value |= bit;
  }
  return value >>> 0;
}

const unnamedBits = (text: unknown): number | undefined =>
  typeof text === "string" && /^0x[\da-f]{1,8}$/.test(text) ? Number(text) : undefined;
