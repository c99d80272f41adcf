// The columns of records.

import { NONE } from "../checkpoint.ts";
import { recordKind, recordLength, recordMember, recordOffset } from "../records.ts";
import { visible } from "../text/text.ts";
import type { Column } from "./column.ts";
import { numberColumn, wordColumn } from "./make.ts";

export const RECORDS: readonly Column[] = [
  numberColumn(
    { id: "offset", title: "Offset", about: "where it begins in its member, in bytes", width: 11, searched: true },
    (c, row) => recordOffset(c.records, row),
  ),
  numberColumn({ id: "length", title: "Length", about: "bytes, header included", width: 10 }, (c, row) =>
    recordLength(c.records, row),
  ),
  wordColumn(
    { id: "kind", title: "Record", about: "kind of record", width: 24, searched: true },
    ({ records }, row) => recordKind(records, row),
    (kind, { records }) => visible(records.kinds[kind]?.name ?? ""),
  ),
  wordColumn(
    { id: "type", title: "Type", about: "number of the record type", width: 7 },
    ({ records }, row) => recordKind(records, row),
    (kind, { records }) => {
      const type = records.kinds[kind]?.type ?? NONE;
      return type === NONE ? "" : String(type);
    },
  ),
  wordColumn(
    { id: "struct", title: "Struct", about: "the struct or message that describes its bytes", width: 22 },
    ({ records }, row) => recordKind(records, row),
    (kind, { records }) => visible(records.kinds[kind]?.struct ?? ""),
  ),
  wordColumn(
    { id: "member", title: "Member", about: "the file of the set that it is in", width: 18 },
    ({ records }, row) => recordMember(records, row),
    (member, { members }) => visible(members[member]?.name ?? ""),
  ),
];
