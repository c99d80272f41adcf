// The stand-in for an unlinked file at restore, from a remap_file_path_entry. Source: CRIU, criu/files-reg.c,
// collect_one_remap.

/** remap_file_path_entry.remap_type. PROCFS is a file in the /proc of a task that has ended. */
export const REMAP = { linked: 0, ghost: 1, procfs: 2 } as const;

/** Releases without remap_type mark ghosts with this bit of remap_id; without it, the remap is a hard link. */
const GHOST_BIT = 0x8000_0000;

/** The type of a remap. @param type As stored; `null`: not stored */
export const remapType = (id: number, type: number | null): number =>
  type ?? (id >= GHOST_BIT ? REMAP.ghost : REMAP.linked);

/** The number of the ghost file, or the id of the hard link. @param type As stored; `null`: not stored */
export const remapTarget = (id: number, type: number | null): number =>
  type === null && id >= GHOST_BIT ? id - GHOST_BIT : id;
