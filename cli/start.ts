// `npm start`: serves the built page and opens it in the browser.

import { CliError } from "./error.ts";
import { openBrowser } from "./http/browser.ts";
import { pageFolder, servePage } from "./http/page.ts";

async function start(): Promise<void> {
  const { address } = await servePage(pageFolder(), Number(process.env.PORT ?? 0));
  const page = address.replace("127.0.0.1", "localhost");
  console.log(`ckptscope is running at ${page}  (Ctrl-C to stop)`);
  openBrowser(page);
}

start().catch((error: unknown) => {
  if (!(error instanceof CliError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
});
