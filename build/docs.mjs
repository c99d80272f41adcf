// Writes documents from declarations: the sections of docs/checks.md, the tables of docs/resources.md, and the part of
// the schema of show that describes resources: npm run docs.

import { readFileSync, writeFileSync } from "node:fs";
import { root, withSourceModules } from "./source-modules.mjs";

/** Replaces a file by what `edit` makes of it. */
function rewrite(path, edit) {
  const file = new URL(path, root);
  writeFileSync(file, edit(readFileSync(file, "utf8")));
}

/** What describes the documents. */
const MODULES = [
  "/app/resources/describe.ts",
  "/app/resources/resources.ts",
  "/app/checks/describe.ts",
  "/app/checks/check.ts",
];

await withSourceModules(MODULES, ([{ resourceSection, resourcesSchema }, { RESOURCES }, { checksPage }, { RULES }]) => {
  rewrite("docs/checks.md", (page) => checksPage(page, RULES));
  rewrite("docs/resources.md", (page) => {
    const [introduction = ""] = page.split(/^## /m);
    return `${introduction.trimEnd()}\n\n${RESOURCES.map(resourceSection).join("\n\n")}\n`;
  });
  rewrite("public/schema/show.schema.json", (text) => {
    const schema = JSON.parse(text);
    schema.properties.resources = resourcesSchema();
    return `${JSON.stringify(schema, null, 2)}\n`;
  });
});
