// Writes man/ckptscope.1 from the descriptions of the commands: npm run man.

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createServer } from "vite";

const root = new URL("..", import.meta.url);
const server = await createServer({
  root: fileURLToPath(root),
  configFile: false,
  logLevel: "error",
  // Vite only compiles the modules; nothing is served.
  server: { middlewareMode: true, ws: false },
  optimizeDeps: { noDiscovery: true },
});
const { manPage } = await server.ssrLoadModule("/cli/arguments/man.ts");
writeFileSync(new URL("man/ckptscope.1", root), await manPage());
await server.close();
