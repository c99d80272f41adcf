// Text that wraps between words and after the slashes of paths, and only where nothing else fits inside a word.

import { Fragment } from "react";

export function Wrapped({ text }: { text: string }) {
  return text.split(/(?<=[^\s/]\/)(?=[^/\s])/).map((part, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text
    <Fragment key={at}>
      {at > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}
