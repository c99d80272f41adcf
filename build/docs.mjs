// Writes what is made from the declarations of resources, the tables of docs/resources.md and their part of the schema
// of show: npm run docs.

import { readFileSync, writeFileSync } from "node:fs";
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
const { resourceSection, resourcesSchema } = await server.ssrLoadModule("/app/resources/describe.ts");
const { RESOURCES } = await server.ssrLoadModule("/app/resources/resources.ts");
await server.close();

const page = new URL("docs/resources.md", root);
const [introduction = ""] = readFileSync(page, "utf8").split(/^## /m);
writeFileSync(page, `${introduction.trimEnd()}\n\n${RESOURCES.map(resourceSection).join("\n\n")}\n`);

const schemaFile = new URL("public/schema/show.schema.json", root);
const schema = JSON.parse(readFileSync(schemaFile, "utf8"));
schema.properties.resources = resourcesSchema();
writeFileSync(schemaFile, `${JSON.stringify(schema, null, 2)}\n`);
