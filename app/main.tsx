// Starts the page.

import { createRef } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./components/App/App.tsx";
import { Boundary } from "./components/Boundary/Boundary.tsx";
import { PageContext } from "./components/context.ts";
import { createClient } from "./decoder/client.ts";
import { commandsOf, type DrawingControl } from "./shell/commands.ts";
import { followHistory } from "./shell/history.ts";
import { createShell } from "./shell/shell.ts";
import "./components/theme.css";

const worker = new Worker(new URL("./decoder/worker.ts", import.meta.url), { type: "module" });
const shell = createShell(createClient(worker));
const drawing = createRef<DrawingControl>();
const root = document.getElementById("root");
if (root === null) throw new Error("The page has no #root");
followHistory(shell, window);
createRoot(root).render(
  <Boundary>
    <PageContext value={{ shell, commands: commandsOf(shell, drawing), drawing }}>
      <App />
    </PageContext>
  </Boundary>,
);
