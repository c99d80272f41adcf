// Types of open files, as CRIU numbers and names them.

import { MEMBER_KINDS } from "./member-kinds.ts";

/** By fd_types number: the field of file_entry with the message of that type; `null`: there is no such type. */
export const FILE_FIELDS: readonly (string | null)[] =
  "- reg pipe fifo isk usk efd epfd ify sgfd psk tty ffy nlsk nsf tunf ext tfd memfd bpf pidfd"
    .split(" ")
    .map((field) => (field === "-" ? null : field));

/** By message of the images before CRIU 3.4, which had a file for each type: its field in file_entry since 3.4. */
export const FILE_FIELD_OF_MESSAGE: ReadonlyMap<string, string> = new Map(
  MEMBER_KINDS.flatMap(({ message, file }) => (message === null || file === undefined ? [] : [[message, file]])),
);
