// Notes that a dump prints besides writing its image: at most one line per kind.

/** A kind of note, with its wording for one place and for several. */
interface Kind {
  readonly one: string;
  /** Begins by naming the places. */
  readonly many: string;
}

const KINDS = {
  "not-found": { one: "ended before it was read", many: "processes ended before they were read" },
  ended: { one: "ended while it was read", many: "tasks ended while they were read" },
  waiting: {
    one: "is blocked in the kernel and could not be stopped",
    many: "processes are blocked in the kernel and could not be stopped",
  },
  opened: { one: "was opened while it was read", many: "descriptors were opened while they were read" },
  closed: { one: "was closed while it was read", many: "descriptors were closed while they were read" },
  outside: {
    one: "lies outside the root directory of this process: a dump fails with -EBADF",
    many: "open files lie outside the root directory of this process: a dump fails with -EBADF",
  },
  "long-path": {
    one: "has a path of more than 4095 bytes: a dump fails with -ENAMETOOLONG",
    many: "open files have paths of more than 4095 bytes: a dump fails with -ENAMETOOLONG",
  },
  locks: { one: "has locks, which are not in the image", many: "open files have locks, which are not in the image" },
  owner: {
    one: "has an owner for signals, which is not in the image",
    many: "open files have owners for signals, which are not in the image",
  },
  details: {
    one: "watches more than an image can hold: the image does not say what",
    many: "open files watch more than an image can hold: the image does not say what",
  },
  "in-flight": {
    one: "has open files in flight, which are not in the image",
    many: "sockets have open files in flight, which are not in the image",
  },
  "no-new-privs": {
    one: "has no_new_privs set, which is not in the image",
    many: "tasks have no_new_privs set, which is not in the image",
  },
  seccomp: {
    one: "is restricted by seccomp(2), which is not in the image",
    many: "tasks are restricted by seccomp(2), which is not in the image",
  },
  ambient: {
    one: "has ambient capabilities, which are not in the image",
    many: "tasks have ambient capabilities, which are not in the image",
  },
  protocol: {
    one: "has a protocol that an image cannot hold",
    many: "sockets have protocols that an image cannot hold",
  },
  peers: {
    one: "is in a network namespace that cannot be entered: the other ends of its unix sockets are unknown",
    many: "tasks are in network namespaces that cannot be entered: the other ends of their unix sockets are unknown",
  },
  changed: { one: "changed while it was read", many: "descriptors changed while they were read" },
} as const satisfies Record<string, Kind>;

export type NoteKind = keyof typeof KINDS;

/** Collects notes. */
export interface Notes {
  /** @param where `pid 12 fd 3`. @param what More about it: `position 0 → 10`. */
  add(kind: NoteKind, where: string, what?: string): void;
  /** One sentence for each kind that occurred. */
  sentences(): string[];
}

/** Places that a sentence names. */
const NAMED = 3;

export function createNotes(): Notes {
  const notes = new Map<NoteKind, Map<string, string>>();
  return {
    add(kind, where, what = "") {
      const places = notes.get(kind) ?? new Map<string, string>();
      notes.set(kind, places);
      const known = places.get(where);
      places.set(where, known === undefined || known === what ? what : `${known}, ${what}`);
    },
    sentences: () => Array.from(notes, ([kind, places]) => sentence(KINDS[kind], [...places])),
  };
}

function sentence({ one, many }: Kind, places: readonly (readonly [string, string])[]): string {
  const [[where = "", what = ""] = []] = places;
  if (places.length === 1) return `${where} ${one}${what === "" ? "" : `: ${what}`}`;
  const named = places.slice(0, NAMED).map(([place, more]) => (more === "" ? place : `${place} (${more})`));
  const left = places.length - named.length;
  return `${places.length} ${many}: ${named.join(", ")}${left === 0 ? "" : ` and ${left} more`}`;
}
