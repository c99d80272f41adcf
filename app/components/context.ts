// Gives components access to the shell.

import type { RefObject } from "react";
import { createContext, useContext } from "react";
import type { Comparison } from "../diff/comparison.ts";
import type { BytesHandle, Command, DrawingHandle } from "../shell/commands/command.ts";
import type { Shell } from "../shell/shell.ts";
import type { State } from "../shell/state.ts";
import { useSelected } from "../shell/store.ts";

export interface Page {
  readonly shell: Shell;
  readonly commands: readonly Command[];
  /** The drawing; `null` while it is not on the page. */
  readonly drawing: RefObject<DrawingHandle | null>;
  /** The byte view; `null` while it is not on the page. */
  readonly bytes: RefObject<BytesHandle | null>;
}

export const PageContext = createContext<Page | null>(null);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === null) throw new Error("Component rendered outside PageContext");
  return page;
}

/** Part of the state. The component renders again when that part changes, by identity. */
export function useApp<T>(select: (state: State) => T): T {
  return useSelected(usePage().shell.store, select);
}

/** The comparison of the two images that are open; `null`: there is only one. */
export const useComparison = (): Comparison | null => useApp((state) => state.compared?.comparison ?? null);

/** A command by its id. */
export function useCommand(id: string): Command {
  const command = usePage().commands.find((one) => one.id === id);
  if (command === undefined) throw new Error(`No command “${id}”`);
  return command;
}
