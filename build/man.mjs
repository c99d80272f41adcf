// Writes man/ckptscope.1 from the descriptions of the commands: npm run man.

import { writeFileSync } from "node:fs";
import { root, sourceModules } from "./source-modules.mjs";

const [{ manPage }] = await sourceModules("/cli/arguments/man.ts");
writeFileSync(new URL("man/ckptscope.1", root), await manPage());
