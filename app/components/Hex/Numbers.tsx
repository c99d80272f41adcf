// The data inspector: what begins at the cursor as numbers, and what the looks of bytes mean.

import { numbersAt } from "../../shell/numbers.ts";

const LOOKS = [
  ["field", "a field"],
  ["field byte-odd-field", "the next field"],
  ["padding", "padding"],
  ["payload", "content"],
  ["raw", "in no record"],
  ["unknown", "unknown record"],
  ["lost", "not decoded"],
] as const;

export function Numbers({ bytes, littleEndian }: { bytes: Uint8Array; littleEndian: boolean }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keys must be able to scroll it
    <section className="numbers" aria-label="At the cursor" tabIndex={0}>
      <table className="mono">
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">Type</span>
            </th>
            <th scope="col">little-endian{littleEndian && " *"}</th>
            <th scope="col">big-endian{!littleEndian && " *"}</th>
          </tr>
        </thead>
        <tbody>
          {numbersAt(bytes).map(({ name, little, big }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className={littleEndian ? "" : "muted"}>{little ?? "–"}</td>
              <td className={littleEndian ? "muted" : ""}>{big ?? "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="muted">* the image’s own order</p>
      <ul className="hex-legend">
        {LOOKS.map(([style, words]) => (
          <li key={style}>
            <span className={`mono byte byte-start byte-${style}`} aria-hidden="true">
              {" 4f 4b "}
            </span>{" "}
            {words}
          </li>
        ))}
      </ul>
    </section>
  );
}
