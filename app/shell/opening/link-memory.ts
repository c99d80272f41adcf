// Remembers which links the user has opened or made in this browser, so that they open without asking again. Keeps
// hashes only, in the browser's storage.

/** Most hashes to keep. The oldest are dropped first. */
const KEPT = 500;
const KEY = "ckptscope-links";

export interface LinkMemory {
  knows(addresses: readonly string[]): Promise<boolean>;
  remember(addresses: readonly string[]): Promise<void>;
}

/** A memory in `storage`. Without storage or SubtleCrypto (absent on http:) it remembers nothing. */
export function createLinkMemory(storage: Storage | null, subtle: SubtleCrypto | undefined): LinkMemory {
  const read = (): string[] => {
    try {
      const kept: unknown = JSON.parse(storage?.getItem(KEY) ?? "[]");
      return Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : [];
    } catch {
      return [];
    }
  };
  const hash = async (addresses: readonly string[]): Promise<string | null> => {
    if (subtle === undefined) return null;
    const digest = new Uint8Array(await subtle.digest("SHA-256", new TextEncoder().encode(addresses.join("\n"))));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  };
  return {
    async knows(addresses) {
      const wanted = await hash(addresses);
      return wanted !== null && read().includes(wanted);
    },
    async remember(addresses) {
      const made = await hash(addresses);
      if (made === null) return;
      try {
        storage?.setItem(KEY, JSON.stringify([...read().filter((one) => one !== made), made].slice(-KEPT)));
      } catch {
        // The storage is full or blocked: the user is asked again next time.
      }
    },
  };
}

/** The page's storage; `null` if the user blocks it. */
export function pageStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
