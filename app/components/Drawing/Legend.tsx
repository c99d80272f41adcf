// The legend: samples of the lines and signs of the drawing, with their meaning.

const swatch = { width: 30, height: 12, "aria-hidden": true } as const;

const CloseMark = () => (
  <svg width="12" height="12" aria-hidden="true">
    <title>close-on-exec</title>
    <path className="close-mark" d="M1.5 6 a4.5 4.5 0 1 1 0 .01 M4 4 l4 4 M8 4 l-4 4" />
  </svg>
);

/** `compared`: the drawing is of two images, so the signs of change are listed too. */
export function Legend({ compared }: { readonly compared: boolean }) {
  return (
    <ul className="drawing-legend" aria-label="Legend">
      <li>
        <svg {...swatch}>
          <title>shared open file</title>
          <path className="shared-line" d="M0 2 C12 2 14 6 24 6 M0 10 C12 10 14 6 24 6" />
          <path className="shared-fill" d="M30 6 l-7 -4 v8 z" />
        </svg>
        ⟨n⟩ one open file, n holders
      </li>
      <li>
        <svg {...swatch}>
          <title>shared table</title>
          <path className="shared-line" d="M0 4.5 H24 M0 7.5 H24" />
          <path className="shared-fill" d="M30 6 l-7 -4 v8 z" />
        </svg>
        one file table, several tasks
      </li>
      <li>
        <CloseMark /> close-on-exec
      </li>
      <li>
        <span className="drawing-sign">@</span> position
      </li>
      <li>
        <svg {...swatch}>
          <title>ribbon</title>
          <path className="ribbon" d="M0 6 H30" />
        </svg>
        ×n edges of n slots
      </li>
      <li>
        <span className="drawing-sign">▸</span> folded, opens
      </li>
      {compared && (
        <>
          <li>
            <span className="drawing-sign added">+</span> added
          </li>
          <li>
            <span className="drawing-sign removed">−</span> removed, dashed
          </li>
          <li>
            <span className="drawing-sign changed">~</span> changed, before → after
          </li>
          <li>
            <CloseMark />
            <span className="drawing-sign changed">→</span> close-on-exec cleared,{" "}
            <span className="drawing-sign changed">→</span>
            <CloseMark /> set
          </li>
        </>
      )}
    </ul>
  );
}
