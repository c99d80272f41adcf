// What a command accepts, as data. Parsing, help, the man page and shell completion are derived from it.

/** One of the values that an option or operand accepts. */
export interface Value {
  readonly name: string;
  readonly meaning?: string;
}

/** The values that an option or operand accepts. */
export interface Values {
  /** What one of them is called in messages: `change kind`. */
  readonly noun: string;
  /** Heading of the list in help. Absent: the option's own text names them. */
  readonly heading?: string;
  /** Loaded when needed: some lists come from large modules. */
  readonly list: () => readonly Value[] | Promise<readonly Value[]>;
}

interface OptionText {
  /** The one-letter form, without the dash. */
  readonly short?: string;
  /** What it does, as an imperative sentence without a full stop. */
  readonly meaning: string;
}

interface Flag extends OptionText {
  readonly kind: "flag";
}

interface Valued extends OptionText {
  /** The value's name in help: `FILE`. */
  readonly argument: string;
}

interface TextOption extends Valued {
  readonly kind: "text";
  /** The value consists of options of another program. */
  readonly ofOptions?: true;
  readonly fallback?: string;
}

interface NumberOption extends Valued {
  readonly kind: "number";
}

interface Choice extends Valued {
  readonly kind: "choice";
  readonly values: Values;
  readonly fallback?: string;
}

/** A list of values, separated by commas. */
interface ChoiceList extends Valued {
  readonly kind: "list";
  readonly values: Values;
  /** The value may be left out, which stands for all of them; if given, it follows an equals sign. */
  readonly optional?: true;
}

export type Option = Flag | TextOption | NumberOption | Choice | ChoiceList;
export type Options = Readonly<Record<string, Option>>;

/** The arguments of a command that are not options. */
export interface Operands {
  /** As in a synopsis: `BEFORE AFTER`. Empty: none. */
  readonly usage: string;
  /** What to call them in an error: `two images`. */
  readonly expected: string;
  readonly least: number;
  readonly most: number;
  readonly values?: Values;
}

export interface Example {
  readonly line: string;
  /** What it does, as an imperative sentence without a full stop. */
  readonly meaning: string;
}

/** Everything about a command except its code. */
export interface CommandSpec<O extends Options = Options> {
  readonly name: string;
  /** What it does, as an imperative sentence without a full stop. */
  readonly summary: string;
  /** Paragraphs. */
  readonly details: readonly string[];
  readonly operands: Operands;
  readonly options: O;
  /** Groups of mutually exclusive options. */
  readonly exclusive?: readonly (readonly string[])[];
  /** Options that have an effect only with another one, and which: any of these. */
  readonly needs?: Readonly<Record<string, readonly string[]>>;
  /** What exit statuses other than 2 mean. */
  readonly statuses: readonly { readonly status: number; readonly meaning: string }[];
  readonly examples: readonly Example[];
}

type ParsedOption<T extends Option> = T extends Flag
  ? boolean
  : T extends { readonly fallback: string }
    ? string
    : (T extends NumberOption ? number : T extends ChoiceList ? readonly string[] : string) | undefined;

/** Parsed arguments of a command. */
export interface Arguments<O extends Options> {
  readonly operands: readonly string[];
  readonly options: { readonly [K in keyof O]: ParsedOption<O[K]> };
}

/** The arguments of the command that `C` describes. */
export type ArgumentsOf<C> = C extends CommandSpec<infer O> ? Arguments<O> : never;

/** Infers the exact type of a command's options. */
export const defineCommand = <const O extends Options>(spec: CommandSpec<O>): CommandSpec<O> => spec;
