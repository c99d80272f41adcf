// The entry point of a report: the page in one HTML file that contains its images, works offline and has no worker.

import { fromBase64, REPORT_UNPACKED } from "./link/bundle.ts";
import { showPage } from "./page.tsx";
import { unpackInputs } from "./shell/opening/packed.ts";
import { createShell } from "./shell/shell.ts";
import { createClient } from "./worker/client.ts";
import { serve } from "./worker/serve.ts";

// Browsers do not start workers from file: URLs, so requests are handled on the main thread.
const { port1, port2 } = new MessageChannel();
serve(port2);
const shell = createShell(createClient(port1), false);
const piece = fromBase64(document.getElementById("images")?.textContent ?? "");
const inputs =
  piece === null ? { refused: "The images in this report are damaged." } : await unpackInputs(piece, REPORT_UNPACKED);
if ("refused" in inputs) {
  showPage(shell);
  shell.fail({ message: inputs.refused, advice: "Ask the sender for the report again." });
} else showPage(shell, inputs);
