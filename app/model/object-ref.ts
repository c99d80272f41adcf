// What can be selected, traced and linked to: one row of one kind of object.

/** An object of the graph by its row. */
export interface ObjectRef {
  readonly to: "task" | "table" | "descriptor" | "file";
  readonly row: number;
}

/** A row of something that can be selected. */
interface Ref {
  readonly to: string;
  readonly row: number;
}

/** Whether two references name the same object, or neither names any. */
export function sameRef(a: Ref | null, b: Ref | null): boolean {
  return a === b || (a !== null && b !== null && a.to === b.to && a.row === b.row);
}
