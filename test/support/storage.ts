// A browser's storage for tests.

/** One that keeps text in memory. */
export function memoryStorage(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as unknown as Storage;
}

const blocked = (): never => {
  throw new Error("blocked");
};

/** One that the user blocks. */
export const BLOCKED_STORAGE = { getItem: blocked, setItem: blocked, removeItem: blocked } as unknown as Storage;
