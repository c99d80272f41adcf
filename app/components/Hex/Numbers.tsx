// The numbers that begin at the cursor, and a legend of the styles of bytes.

import { numbersAt } from "../../shell/bytes/numbers.ts";

const STYLES = [
  ["field", "a field"],
  ["field byte-odd-field", "the next field"],
  ["padding", "padding"],
  ["payload", "content"],
  ["raw", "outside any record"],
  ["unknown", "unknown record"],
  ["lost", "not decoded"],
] as const;

/** A number that may break before its exponent: a double has up to 24 characters. */
function breakable(number: string) {
  const [digits = "", exponent] = number.split(/(?=e[+-])/);
  return exponent === undefined ? (
    digits
  ) : (
    <span className="number-breakable">
      {digits}
      <wbr />
      {exponent}
    </span>
  );
}

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
              <td className={littleEndian ? "" : "muted"}>{breakable(little ?? "–")}</td>
              <td className={littleEndian ? "muted" : ""}>{breakable(big ?? "–")}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="muted">* the image’s byte order</p>
      <ul className="hex-legend">
        {STYLES.map(([style, title]) => (
          <li key={style}>
            <span className={`mono byte byte-start byte-${style}`} aria-hidden="true">
              {" 4f 4b "}
            </span>{" "}
            {title}
          </li>
        ))}
      </ul>
    </section>
  );
}
