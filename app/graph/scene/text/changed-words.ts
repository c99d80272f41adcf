// Lists of words, such as flags, of which some changed.

/** The words that were removed and added, `−append +nonblock`; `null` if the first, the access mode, is another. */
export function signedWords(before: string, after: string): string | null {
  const [had, has] = [before.split(" "), after.split(" ")];
  if (had[0] !== has[0]) return null;
  const signed = (sign: string, words: readonly string[], other: readonly string[]) =>
    words.filter((word) => !other.includes(word)).map((word) => sign + word);
  return [...signed("−", had, has), ...signed("+", has, had)].join(" ");
}
