// Starts the page of a report: one file, without a network and without a worker of its own, with the images in it.

import { fromBase64, REPORT_UNPACKED } from "./link/bundle.ts";
import { showPage } from "./page.tsx";
import { unpackInputs } from "./shell/packed.ts";
import { createShell } from "./shell/shell.ts";
import { createClient } from "./worker/client.ts";
import { serve } from "./worker/serve.ts";

// Browsers start no worker from a file; what it would answer is answered here.
const { port1, port2 } = new MessageChannel();
serve(port2);
const shell = createShell(createClient(port1), false);
const piece = fromBase64(document.getElementById("images")?.textContent ?? "");
const inputs =
  piece === null ? { refused: "The images in this report are damaged." } : await unpackInputs(piece, REPORT_UNPACKED);
if ("refused" in inputs) {
  showPage(shell);
  shell.fail({ message: inputs.refused, advice: "Ask for the report once more." });
} else showPage(shell, inputs);
