// The declarations of resources: everything that an image contains besides descriptors, as tables. Reading, showing,
// comparing, filtering, exporting and documenting follow the declarations in specs/.

/** The types of values of a column. */
export type ColumnType =
  /** Text from the image, or a word. */
  | "text"
  | "number"
  | "flag"
  /** A 64-bit number, in decimal. */
  | "decimal"
  /** A 64-bit number that can be below 0, in decimal. */
  | "signed"
  /** A 64-bit address or word of bits, in hexadecimal. */
  | "address"
  /** A point in time or a duration in seconds, as decimal text. */
  | "seconds"
  /** A number whose form is octal: permissions, a umask. */
  | "mode"
  /** Words or numbers. */
  | "list"
  /** Names of capabilities, from 32-bit words. */
  | "capabilities"
  /** Names of signals, from a 64-bit mask. */
  | "signals"
  /** The name of a signal; 0 is none. */
  | "signal";

/** Why the values of a column are not compared. */
export type NotCompared =
  /** It advances by itself. */
  | "volatile"
  /** Every dump numbers it anew, or every run places it elsewhere. */
  | "renumbered"
  /** Another kind of change reports it. */
  | "elsewhere";

/** What is compared instead of the values themselves. */
type ComparedAs =
  /**
   * The id of a namespace: whether it is the namespace of the same tasks. The resource has
   * `namespace`, or a column `kind`.
   */
  | "namespace"
  /** The id of a group of rows: whether it is 0 (no group), and whether the same rows are in it. */
  | "group"
  /** Something that is placed anew: whether there is one. */
  | "presence"
  /** An address of code: where it is in the file that is mapped there. */
  | "place";

export interface ColumnSpec {
  /** Key in `show --json --resources`. */
  readonly name: string;
  /** Heading. */
  readonly title: string;
  readonly type: ColumnType;
  /** What the value means, as a clause without a full stop. */
  readonly meaning: string;
  /** The fields of CRIU's messages that it comes from, the preferred first: `creds_entry.uid`. */
  readonly criu?: readonly string[];
  /** The fields of Linux-CR's structs that it comes from: `ckpt_hdr_cred.uid`. */
  readonly linuxCr?: readonly string[];
  /** Absent: compared. */
  readonly notCompared?: NotCompared;
  /** What is compared instead of the values of the column. */
  readonly comparedAs?: ComparedAs;
  /** The column that says what a group is of, if rows of several kinds can have the same number. */
  readonly groupsOf?: string;
  /**
   * The column, often this one, that has a value wherever this one is recorded: older releases record neither. If only
   * one of two images records it, it is not compared.
   */
  readonly recordedWith?: string;
  /** Changes of this column are in no other kind of change, although the resource repeats others. */
  readonly repeats?: "never";
  /** Of a list: its order says nothing. */
  readonly unordered?: true;
  /** What a missing value means, in words; absent: the image has none. */
  readonly nothing?: string;
  /** The text was made visible when it was decoded, as details are. */
  readonly escaped?: true;
  /** Left out of tables until the user asks for it. */
  readonly minor?: true;
}

/** Whose the rows are: of a task, of a thread, of a descriptor, or of the image as a whole. */
export type Scope = "task" | "thread" | "descriptor" | "image";

export interface ResourceSpec {
  readonly name: string;
  /** What one row is, for sentences: `mapping`. */
  readonly noun: string;
  /** Several of them, if that is not the noun with an s. */
  readonly plural?: string;
  readonly title: string;
  readonly scope: Scope;
  /** What the table lists, as a sentence. */
  readonly meaning: string;
  readonly columns: readonly ColumnSpec[];
  /** Rows with equal values in these columns correspond in a comparison; several, in their order. */
  readonly key: readonly string[];
  /**
   * The kind of namespace that rows belong to, as in /proc/PID/ns; the column `namespace` has the number of each. Rows
   * of the image as a whole correspond if their namespaces have most tasks in common.
   */
  readonly namespace?: string;
  /** Further columns that say which row is meant, although rows are not matched by them. */
  readonly places?: readonly string[];
  /**
   * Absent: rows and values are compared. `values`: not which rows there are, as another kind of change reports that.
   * `noted`: not which rows there are, as every thread or task has them; a note says how many one of the images lacks.
   * `recorded`: neither, as that depends on what a dump records; a note says how many rows one of the images lacks.
   * `unless reported`: rows and values, but for rows that another kind of change reports, or that a note counts.
   * `nothing`: other kinds of change report all of it, or it says nothing about the tasks.
   */
  readonly compared?: "values" | "noted" | "recorded" | "unless reported" | "nothing";
  /** Whose changes another kind of change reports as well, so that lists for people can leave them out. */
  readonly repeats?: "always" | "first threads";
}

/** Everything about a column but its name, title, type and meaning. A single source needs no list. */
type Further = Omit<ColumnSpec, "name" | "title" | "type" | "meaning" | "criu" | "linuxCr"> & {
  readonly criu?: string | readonly string[];
  readonly linuxCr?: string | readonly string[];
};

const fields = (source: string | readonly string[]): readonly string[] =>
  typeof source === "string" ? [source] : source;

/** Declares a column. */
export function column(
  name: string,
  type: ColumnType,
  title: string,
  meaning: string,
  { criu, linuxCr, ...further }: Further = {},
): ColumnSpec {
  return {
    name,
    type,
    title,
    meaning,
    ...further,
    ...(criu === undefined ? {} : { criu: fields(criu) }),
    ...(linuxCr === undefined ? {} : { linuxCr: fields(linuxCr) }),
  };
}

/** The pid of the task that a row belongs to. */
export const PID: ColumnSpec = column("pid", "number", "pid", "the task, by its pid inside the dumped pid namespace");

/** The id of the thread that a row belongs to. */
export const TID: ColumnSpec = column("tid", "number", "tid", "the thread; of the first thread of a task, its pid");

/** The descriptor that a row belongs to. */
export const FD: ColumnSpec = column("fd", "number", "fd", "the descriptor");

/** The namespace that a row is of. */
export const namespace = (kind: string): ColumnSpec =>
  column("namespace", "number", "namespace", `the ${kind} namespace: an id in the table of namespaces`, {
    notCompared: "renumbered",
  });
