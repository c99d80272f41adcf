// In place of parts of the page that could not be loaded.

import { useEffect } from "react";
import { PART_MISSING } from "../model/text/missing-part.ts";
import { usePage } from "./context.ts";

/** In place of the views of an image: it is closed. */
export function MissingViews() {
  const { shell } = usePage();
  useEffect(() => {
    shell.close();
    shell.fail(PART_MISSING);
  }, [shell]);
  return null;
}

/** In place of a dialog: it is closed, which gives the page its keys back. */
export function MissingDialog() {
  const { shell } = usePage();
  useEffect(() => {
    shell.store.set({ dialog: null });
    shell.notify(`${PART_MISSING.message} ${PART_MISSING.advice}`);
  }, [shell]);
  return null;
}
