// Text that wraps between words, after the slashes of paths and between the parts of addresses, and inside a word only
// where nothing else fits. A flag stays with the sign before it, a number with the word before it.

import { Fragment } from "react";

/**
 * A flag that was set or cleared, `-O_APPEND`, or an arrow, `->`: a line would break after the sign. In Firefox, it would
 * also break after the slash that a path begins with. A number with its word, `fd 3`. A short word with hyphens,
 * `close-on-exec`.
 */
const UNBROKEN =
  /((?<=^|\s)[-+][A-Z][A-Z0-9_]+|->|(?<=^|[\s([])\/[^\s/](?!\/)|\b(?:fd|pid) \d+|(?<=^|[\s(])(?=\S{1,24}(?:\s|$))(?:--)?[\w.]+(?:-[\w.]+)+)/;
/**
 * After the slash of a path, if a few characters follow: not within `pts/3`; before a port, and
 * before the other end of a connection.
 */
const BREAK = /(?<=[^\s/(]\/)(?=[^/\s]{3})|(?<=[\d\]]:)(?=\d+(?:\D|$))/;

export function Wrapped({ text }: { text: string }) {
  return text.split(UNBROKEN).map((part, at) => {
    // Every other part is what was split at.
    const isWhole = at % 2 === 1;
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text
      <Fragment key={at}>
        {part === "->" && <wbr />}
        {isWhole ? <span className="unbroken">{part}</span> : <Breaking text={part} />}
      </Fragment>
    );
  });
}

function Breaking({ text }: { text: string }) {
  return text.split(BREAK).map((part, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text
    <Fragment key={at}>
      {at > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}
