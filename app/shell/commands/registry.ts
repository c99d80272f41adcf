// Every command, registered once, with the key that runs it. Keys, menus, the palette and the help read this list.

import { bytesCommands } from "./bytes.ts";
import type { Command, CommandContext } from "./command.ts";
import { compareCommands } from "./compare.ts";
import { drawingCommands } from "./drawing.ts";
import { fileCommands } from "./file.ts";
import { helpCommands } from "./help.ts";
import { linkCommands } from "./links.ts";
import { resourceCommands } from "./resources.ts";
import { restoreCommands } from "./restore.ts";
import { saveCommands } from "./save.ts";
import { selectionCommands } from "./selection.ts";
import { tableCommands } from "./tables.ts";
import { viewCommands } from "./view.ts";

/** All commands, in the order in which the palette lists them. */
export function createCommands(context: CommandContext): readonly Command[] {
  return [
    ...fileCommands(context),
    ...compareCommands(context),
    ...viewCommands(context),
    ...drawingCommands(context),
    ...tableCommands(context),
    ...bytesCommands(context),
    ...resourceCommands(context),
    ...restoreCommands(context),
    ...selectionCommands(context),
    ...saveCommands(context),
    ...linkCommands(context),
    ...helpCommands(context),
  ];
}
