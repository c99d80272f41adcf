// The switch between what changed and everything, in every comparison of rows.

import { useApp, usePage } from "./context.ts";

export function OnlyChanges() {
  const { shell } = usePage();
  const onlyChanges = useApp((state) => state.onlyChanges);
  return (
    <label className="aligned-switch">
      <input
        type="checkbox"
        checked={onlyChanges}
        onChange={(event) => shell.store.set({ onlyChanges: event.target.checked })}
      />{" "}
      Only changes
    </label>
  );
}
