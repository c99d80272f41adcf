// ckptscope help [COMMAND]

import { COMMANDS, type HELP } from "../arguments/commands.ts";
import { commandHelp, overview } from "../arguments/help.ts";
import type { ArgumentsOf } from "../arguments/spec.ts";
import type { Io } from "../io.ts";

export async function run({ operands: [name] }: ArgumentsOf<typeof HELP>, io: Io): Promise<number> {
  const spec = COMMANDS.find((command) => command.name === name);
  await io.print(spec === undefined ? overview() : await commandHelp(spec));
  return 0;
}
