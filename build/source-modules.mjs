// Loads modules of the sources, which are TypeScript, for scripts that write files from declarations.

import { fileURLToPath } from "node:url";
import { createServer } from "vite";

/** The root of the project. */
export const root = new URL("..", import.meta.url);

/**
 * Calls a function with the exports of modules, given by their paths from the root. Returns what it returns.
 *
 * @param use May call what imports further modules: they can be loaded until it is done.
 */
export async function withSourceModules(paths, use) {
  const server = await createServer({
    root: fileURLToPath(root),
    configFile: false,
    logLevel: "error",
    // Vite only compiles the modules; nothing is served.
    server: { middlewareMode: true, ws: false },
    optimizeDeps: { noDiscovery: true },
  });
  try {
    return await use(await Promise.all(paths.map((path) => server.ssrLoadModule(path))));
  } finally {
    await server.close();
  }
}
