// The sign of a change: added, gone or changed.

const WORDS = { "+": "added", "-": "gone", "~": "changed" } as const;

export function Sign({ sign }: { sign: "+" | "-" | "~" }) {
  return (
    <span className={`sign sign-${WORDS[sign]}`}>
      <span aria-hidden="true">{sign === "-" ? "−" : sign}</span>
      <span className="visually-hidden">{WORDS[sign]}</span>
    </span>
  );
}
