// ckptscope completion bash|zsh|fish

import type { COMPLETION } from "../arguments/commands.ts";
import { completionScript } from "../arguments/completion.ts";
import type { ArgumentsOf } from "../arguments/spec.ts";
import type { Io } from "../io.ts";

export async function run({ operands: [shell] }: ArgumentsOf<typeof COMPLETION>, io: Io): Promise<number> {
  await io.print(await completionScript(shell as "bash" | "zsh" | "fish"));
  return 0;
}
