// The name of an image, shortened in the middle: `before` and `after`, a number or a suffix are at its end.

import type { ClipboardEvent } from "react";

/** Characters at the end that are always shown. */
const END = 10;

/** Between the two parts a browser would copy a line break. A name has none: they are escaped. */
function copyInOneLine(event: ClipboardEvent): void {
  event.clipboardData.setData("text/plain", String(getSelection()).replaceAll("\n", ""));
  event.preventDefault();
}

export function FileName({ name }: { name: string }) {
  const all = [...name];
  const cut = all.length > END + 4 ? all.length - END : all.length;
  return (
    <span className="file-name mono" onCopy={copyInOneLine}>
      <span className="file-name-start">{all.slice(0, cut).join("")}</span>
      {cut < all.length && <span className="file-name-end">{all.slice(cut).join("")}</span>}
    </span>
  );
}
