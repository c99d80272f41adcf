// The object hash of a dump: the objrefs of shared objects.

/** Identifies an object within one dump: a row of the description, or any number or text. */
export type ObjectKey = number | string;

/** Objrefs by object. Types are the names of CKPT_OBJ. */
export interface ObjectHash {
  /** The objref of an object that has been described; 0 if it has not. */
  described(type: string, key: ObjectKey): number;
  /** The objref of an object, or the next free one. Does not count as describing the object. */
  lookUp(type: string, key: ObjectKey): number;
  /** The objref of an object that is about to be described. */
  describe(type: string, key: ObjectKey): number;
  /** Takes an objref for an object without further references. */
  take(): number;
}

/**
 * An empty hash.
 *
 * @param rows The number of rows of each type whose keys are rows. These may be millions, and so are stored in columns.
 */
export function createObjectHash(rows: Readonly<Record<string, number>>): ObjectHash {
  // The number of an object that has been requested but not described yet is stored as its negative.
  const columns = new Map(Object.entries(rows).map(([type, count]) => [type, new Int32Array(count)]));
  const others = new Map<string, Map<ObjectKey, number>>();
  let next = 1;

  const get = (type: string, key: ObjectKey): number => {
    const column = columns.get(type);
    return (column === undefined ? others.get(type)?.get(key) : column[key as number]) ?? 0;
  };
  const set = (type: string, key: ObjectKey, value: number): void => {
    const column = columns.get(type);
    if (column !== undefined) {
      column[key as number] = value;
      return;
    }
    const map = others.get(type) ?? new Map<ObjectKey, number>();
    others.set(type, map.set(key, value));
  };

  return {
    described: (type, key) => Math.max(0, get(type, key)),
    lookUp(type, key) {
      const known = get(type, key);
      if (known !== 0) return Math.abs(known);
      set(type, key, -next);
      return next++;
    },
    describe(type, key) {
      const known = Math.abs(get(type, key));
      const objref = known === 0 ? next++ : known;
      set(type, key, objref);
      return objref;
    },
    take: () => next++,
  };
}
