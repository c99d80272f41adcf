// Completion scripts for bash, zsh and fish, from the descriptions of the commands. File names are left to the shell.

import { COMMANDS } from "./commands.ts";
import { HELP } from "./parse.ts";
import type { CommandSpec, Option } from "./spec.ts";

/** An option with the values that it accepts; no values: any, or none. */
interface Completion {
  readonly name: string;
  readonly option: Option;
  readonly values: readonly string[];
}

interface CommandCompletion {
  readonly spec: CommandSpec;
  readonly options: readonly Completion[];
  /** Values of operands; empty: files. */
  readonly operands: readonly string[];
}

/** The completion script for a shell. */
export async function completionScript(shell: "bash" | "zsh" | "fish"): Promise<string> {
  const commands: CommandCompletion[] = [];
  for (const spec of COMMANDS) {
    const options: Completion[] = [];
    for (const [name, option] of Object.entries({ ...spec.options, help: HELP })) {
      const values = "values" in option ? (await option.values.list()).map((value) => value.name) : [];
      options.push({ name, option, values });
    }
    const operands = ((await spec.operands.values?.list()) ?? []).map((value) => value.name);
    commands.push({ spec, options, operands });
  }
  const lines = { bash, zsh, fish }[shell](commands);
  return `${lines.join("\n")}\n`;
}

/** `-o --output`. */
const formsOf = ({ name, option }: Completion): string[] => [
  ...(option.short === undefined ? [] : [`-${option.short}`]),
  `--${name}`,
];

/** `_ckptscope_words` offers words; `_ckptscope_list` completes the last part of a list separated by commas. */
const BASH_HELPERS = [
  "_ckptscope_words() {",
  '  COMPREPLY=($(compgen -W "$1" -- "$current"))',
  "}",
  "_ckptscope_list() {",
  `  local last=\${current##*,}`,
  `  COMPREPLY=($(compgen -P "\${current%"$last"}" -W "$1" -- "$last"))`,
  "}",
];
const BASH_LOCALS = [
  `  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command=\${COMP_WORDS[1]}`,
  "  COMPREPLY=()",
];

function bash(commands: readonly CommandCompletion[]): string[] {
  const values = commands.flatMap(({ spec, options }) =>
    options
      .filter((completion) => completion.values.length > 0)
      .map((completion) => {
        const patterns = formsOf(completion).map((form) => `"${spec.name} ${form}"`);
        const list = completion.option.kind === "list" ? "_ckptscope_list" : "_ckptscope_words";
        return `    ${patterns.join("|")}) ${list} "${completion.values.join(" ")}"; return ;;`;
      }),
  );
  const options = commands.map(
    ({ spec, options }) => `    ${spec.name}" "-*) _ckptscope_words "${options.flatMap(formsOf).join(" ")}" ;;`,
  );
  const operands = commands
    .filter(({ operands }) => operands.length > 0)
    .map(({ spec, operands }) => `    ${spec.name}" "*) _ckptscope_words "${operands.join(" ")}" ;;`);
  return [
    "# Completion of ckptscope for bash: source <(ckptscope completion bash)",
    ...BASH_HELPERS,
    "_ckptscope() {",
    ...BASH_LOCALS,
    "  if ((COMP_CWORD == 1)); then",
    `    _ckptscope_words "${commands.map(({ spec }) => spec.name).join(" ")} --help --version"`,
    "    return",
    "  fi",
    '  case "$command $previous" in',
    ...values,
    "  esac",
    '  case "$command $current" in',
    ...options,
    ...operands,
    "  esac",
    "}",
    "# Where there are no words to offer, bash completes file names.",
    "complete -o bashdefault -o default -F _ckptscope ckptscope",
  ];
}

function zsh(commands: readonly CommandCompletion[]): string[] {
  // Quoted for the shell, and for _arguments and _describe, which treat brackets and colons specially.
  const quoted = (text: string): string => `'${text.replace(/'/g, "'\\''")}'`;
  const plain = (text: string): string => text.replace(/[[\]:\\]/g, "\\$&");
  const argument = ({ option, values }: Completion): string => {
    if (option.kind === "flag") return "";
    const name = `:${plain(option.argument)}:`;
    if (values.length === 0) return `${name}${option.argument === "FILE" ? "_files" : ""}`;
    return option.kind === "list" ? `${name}_sequence compadd - ${values.join(" ")}` : `${name}(${values.join(" ")})`;
  };
  const specsOf = (completion: Completion): string[] =>
    formsOf(completion).map((form) => quoted(`${form}[${plain(completion.option.meaning)}]${argument(completion)}`));
  const cases = commands.map(({ spec, options, operands }) => {
    const rest = operands.length > 0 ? `*:argument:(${operands.join(" ")})` : "*:file:_files";
    return `    ${spec.name}) _arguments ${[...options.flatMap(specsOf), quoted(rest)].join(" ")} ;;`;
  });
  return [
    "#compdef ckptscope",
    "# Completion of ckptscope for zsh: source <(ckptscope completion zsh)",
    "_ckptscope() {",
    "  local -a commands",
    `  commands=(${commands.map(({ spec }) => quoted(`${spec.name}:${plain(spec.summary)}`)).join(" ")})`,
    "  if ((CURRENT == 2)); then",
    "    _describe -t commands command commands",
    "    _files",
    "    return",
    "  fi",
    "  local command=$words[2]",
    "  shift words",
    "  ((CURRENT--))",
    "  case $command in",
    ...cases,
    "    *) _files ;;",
    "  esac",
    "}",
    "# Autoloaded from $fpath, this file is the function's body; sourced, it registers the function.",
    'if [ "$funcstack[1]" = _ckptscope ]; then _ckptscope "$@"; else compdef _ckptscope ckptscope; fi',
  ];
}

function fish(commands: readonly CommandCompletion[]): string[] {
  const quoted = (text: string): string => `'${text.replace(/[\\']/g, "\\$&")}'`;
  const argument = ({ option, values }: Completion): string => {
    if (option.kind === "flag") return "";
    if (values.length === 0) return option.argument === "FILE" ? " -r -F" : " -x";
    const list = option.kind === "list" ? `(__fish_append , ${values.join(" ")})` : values.join(" ");
    return ` -x -a ${quoted(list)}`;
  };
  return [
    "# Completion of ckptscope for fish: ckptscope completion fish | source",
    ...commands.flatMap(({ spec, options, operands }) => {
      const inside = `complete -c ckptscope -n '__fish_seen_subcommand_from ${spec.name}'`;
      return [
        `complete -c ckptscope -n __fish_use_subcommand -a ${spec.name} -d ${quoted(spec.summary)}`,
        ...options.map((completion) => {
          const { name, option } = completion;
          const short = option.short === undefined ? "" : ` -s ${option.short}`;
          return `${inside} -l ${name}${short} -d ${quoted(option.meaning)}${argument(completion)}`;
        }),
        ...(operands.length > 0 ? [`${inside} -f -a ${quoted(operands.join(" "))}`] : []),
      ];
    }),
  ];
}
