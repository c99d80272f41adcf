// `npm start`: serves the built page and prints where.

import { openBrowser, pageFolder, serveFolder } from "./http/server.ts";

const folder = pageFolder();
if (folder === null) throw new Error("The page was not built: npm run build");
const { address } = await serveFolder(folder, Number(process.env.PORT ?? 0));
console.log(`ckptscope is at ${address}  (Ctrl-C ends it)`);
openBrowser(address);
