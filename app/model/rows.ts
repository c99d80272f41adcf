// Row numbers with the table they index. A row is a number at run time; its type keeps a task's row from being used
// where a file's row is meant. A plain number, such as a loop counter, still fits any of them.

type Row<Table extends string> = number & { readonly indexes?: Table };

/** Index into `Checkpoint.tasks`. */
export type TaskRow = Row<"tasks">;
/** Index into `Checkpoint.tables`. */
export type TableRow = Row<"tables">;
/** Index into `Checkpoint.descriptors`. */
export type DescriptorRow = Row<"descriptors">;
/** Index into `Checkpoint.files`. */
export type FileRow = Row<"files">;
/** Index into `Checkpoint.records`. */
export type RecordRow = Row<"records">;
