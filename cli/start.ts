// `npm start`: serves the built page and prints where.

import { fileURLToPath } from "node:url";
import { openBrowser, serveFolder } from "./page-server.ts";

const folder = fileURLToPath(new URL("..", import.meta.url)).replace(/[/\\]$/, "");
const { address } = await serveFolder(folder, Number(process.env.PORT ?? 0));
console.log(`ckptscope is at ${address}  (Ctrl-C ends it)`);
openBrowser(address);
