// Ids of the elements that commands can focus.

export const PLACES = {
  tree: "tree",
  changes: "changes",
  changeFilter: "change-filter",
  aligned: "aligned",
  tables: "grid",
  inspector: "inspector",
  filter: "filter",
  columns: "columns",
  bytes: "bytes",
  restore: "restore",
  resources: "resources",
  resourceFilter: "resource-filter",
  findBytes: "find-bytes",
  memory: "memory",
  searchMemory: "search-memory",
  saveMemory: "save-memory",
} as const;
