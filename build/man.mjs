// Writes man/ckptscope.1, or the file given, from the descriptions of the commands: npm run man.

import { writeFileSync } from "node:fs";
import { root, withSourceModules } from "./source-modules.mjs";

const page = await withSourceModules(["/cli/arguments/man.ts"], ([{ manPage }]) => manPage());
writeFileSync(process.argv[2] ?? new URL("man/ckptscope.1", root), page);
