// Checkpoints whose columns have any values: names that are not UTF-8, flags and positions that no kernel has.

import fc from "fast-check";
import { type Checkpoint, HAS, NO_MOUNT, NO_SIZE, NONE } from "../../app/model/checkpoint.ts";
import { FILE_KINDS } from "../../app/model/names/names.ts";
import { encodeText } from "../../app/model/text/text.ts";
import { checkpointOf, type State, type StateFile } from "./state.ts";

const texts = fc.oneof(
  // What spreadsheets take for formulas, or for more than one cell.
  fc
    .array(fc.constantFrom(..."=+-@\"',;5a \t\r\n", "\uff1d"), { maxLength: 12 })
    .map((characters) => encodeText(characters.join(""))),
  fc.string().map(encodeText),
  fc.string({ unit: "binary" }).map(encodeText),
  fc.uint8Array({ max: 0x7f }),
  fc.uint8Array({ maxLength: 40 }),
  // Around the ends of ranges that are written as escapes, and of the lengths of UTF-8.
  fc
    .array(
      fc.constantFrom(
        ...[0x1f, 0x20, 0x22, 0x5c, 0x7e, 0x7f, 0x80, 0x9f, 0xa0, 0xa1, 0x7ff, 0x800, 0x200b, 0x202e, 0xd7ff],
        ...[0xe000, 0xfffd, 0xfeff, 0xffff, 0x10000, 0x13430, 0xe0001, 0xe0fff, 0xe1000, 0x10ffff],
      ),
    )
    .map((codes) => encodeText(String.fromCodePoint(...codes))),
  // Surrogates, overlong and cut sequences.
  fc
    .array(
      fc.constantFrom("61", "c3a9", "eda080", "c080", "e08080", "f08080", "f4908080", "ff", "e280", "f09f98", "80"),
    )
    .map((sequences) => Uint8Array.from(Buffer.from(sequences.join(""), "hex"))),
);
const wide = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.constantFrom(0n, 9n, 10n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n, 10n ** 19n - 1n, 10n ** 19n, NO_SIZE),
);
const word = fc.oneof(fc.nat(20), fc.constantFrom(0x7fffffff, 0x80000000, 0xffffffff), fc.nat(0xffffffff));
const values = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.integer(),
  fc.constantFrom(null, true, [1, { a: "é" }]),
);

/** Values of open files: any bytes as names, any numbers. */
export const anyFiles = fc.array(
  fc.record({
    ...{ text: texts, has: fc.nat(255), kind: fc.nat(FILE_KINDS.length + 1), id: word, flags: word, mode: word },
    ...{
      pos: wide,
      version: wide,
      size: wide,
      inodeMode: fc.nat(2),
      mount: fc.constantFrom<number[]>(NO_MOUNT, -1, 0, 77),
    },
    details: fc.dictionary(fc.constantFrom("type", "state", 'k"é', "list"), values),
  }),
  { maxLength: 12 },
);
export type FileValues = typeof anyFiles extends fc.Arbitrary<(infer Values)[]> ? Values : never;

/**
 * A checkpoint whose columns have exactly these values. `others`: its tasks and tables; else a
 * descriptor for each file.
 */
export function checkpointWith(
  of: readonly FileValues[],
  sameKeys: boolean,
  hasVersions: boolean,
  others: Pick<State, "tasks" | "tables"> = { tasks: [], tables: [of.map((_, at) => ({ fd: at, file: at }))] },
): Checkpoint {
  // Room for the bytes of each name.
  const state: StateFile[] = of.map(({ text, details }) => ({
    ...{ kind: "regular", path: "x".repeat(text.length), details, pos: 1n, version: 1n },
  }));
  const checkpoint = checkpointOf({ ...others, files: state });
  const { files: columns, fileDetails: store } = checkpoint;
  for (const [row, { text, has, kind, id, flags, mode, pos, version }] of of.entries()) {
    checkpoint.text.set(text, columns.nameOffset[row]);
    columns.pos[row] = pos;
    [columns.kind[row], columns.id[row], columns.flags[row], columns.mode[row]] = [kind, id, flags, mode];
    if (hasVersions) columns.version[row] = version;
    columns.has[row] = has | HAS.details;
    if ((has & HAS.inode) !== 0 && Object.keys(of[row]?.details ?? {}).length === 0)
      columns.has[row] = has & ~HAS.details;
  }
  return {
    ...checkpoint,
    files: {
      ...columns,
      version: hasVersions ? columns.version : new BigUint64Array(0),
      inodeMode: Uint32Array.from(of, ({ inodeMode }) => inodeMode),
      size: BigUint64Array.from(of, ({ size }) => size),
      mountId: Int32Array.from(of, ({ mount }) => mount),
    },
    fileDetails: sameKeys ? { ...store, key: store.key.map(() => 0) } : store,
  };
}

const comms = fc.constantFrom(
  "one",
  "",
  "=1+1",
  "-5",
  "- 5",
  "a b",
  "\u00e9t\u00e9",
  "\u202e",
  "x\ty",
  '"',
  "\ud83d\ude00",
);
/** Tasks and file tables of images with at least four open files. */
export const anyOthers = fc
  .array(
    fc.uniqueArray(
      fc.record({
        // No kernel has negative descriptors, but an image may.
        fd: fc.oneof(fc.nat(1000), fc.constantFrom(-1, -123, 0x7fffffff)),
        file: fc.constantFrom(NONE, 0, 1, 2, 3),
        closeOnExec: fc.boolean(),
      }),
      { selector: ({ fd }) => fd, maxLength: 8 },
    ),
    { minLength: 1, maxLength: 4 },
  )
  .chain((tables) =>
    fc.record({
      tables: fc.constant(tables),
      tasks: fc.array(
        fc.record(
          { pid: fc.nat(99_999), comm: comms, table: fc.nat(tables.length - 1) },
          { requiredKeys: ["pid", "comm"] },
        ),
        { maxLength: 4 },
      ),
    }),
  );
