// Renders the page for a shell.

import { createRef } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./components/App/App.tsx";
import { Boundary } from "./components/Boundary/Boundary.tsx";
import { PageContext } from "./components/context.ts";
import type { BytesHandle, DrawingHandle } from "./shell/commands/command.ts";
import { createCommands } from "./shell/commands/registry.ts";
import { followHistory } from "./shell/history.ts";
import type { Shell } from "./shell/shell.ts";
import type { Input } from "./shell/state.ts";
import "./components/theme.css";

/** Shows the page. `home`: images that are open at first. */
export function showPage(shell: Shell, home: readonly Input[] = []): void {
  const drawing = createRef<DrawingHandle>();
  const bytes = createRef<BytesHandle>();
  const root = document.getElementById("root");
  if (root === null) throw new Error("The page has no element #root");
  followHistory(shell, window, home);
  createRoot(root).render(
    <Boundary>
      <PageContext value={{ shell, commands: createCommands({ shell, drawing, bytes }), drawing, bytes }}>
        <App />
      </PageContext>
    </Boundary>,
  );
}
