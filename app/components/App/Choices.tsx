// Lists the image sets in the given files, of which one has to be chosen. Two can be compared.

import { visible } from "../../model/text.ts";
import type { Input } from "../../shell/state.ts";
import { usePage } from "../context.ts";

export function Choices({ choices }: { choices: readonly Input[] }) {
  const { shell } = usePage();
  return (
    <ul className="choice-list">
      {choices.map((choice) => (
        <li key={choice.set}>
          <button type="button" className="mono" onClick={() => void shell.open([choice])}>
            {visible(choice.name)}
          </button>
        </li>
      ))}
      {choices.length === 2 && (
        <li>
          <button type="button" onClick={() => void shell.open(choices)}>
            Compare both
          </button>
        </li>
      )}
    </ul>
  );
}
