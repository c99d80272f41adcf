// In place of parts of the page that could not be loaded.

import { useEffect } from "react";
import { PART_MISSING } from "../model/text/missing-part.ts";
import { usePage } from "./context.ts";

/** Replaces the views of an image: closes it and says why. */
export function MissingViews() {
  const { shell } = usePage();
  useEffect(() => {
    shell.close();
    shell.fail(PART_MISSING);
  }, [shell]);
  return null;
}

/** Replaces a dialog: closes it, so that the page gets its keys back, and says why. */
export function MissingDialog() {
  const { shell } = usePage();
  useEffect(() => {
    shell.store.set({ dialog: null });
    shell.notify(`${PART_MISSING.message} ${PART_MISSING.advice}`);
  }, [shell]);
  return null;
}
