// Which links the user has opened or made here: those are not asked about again. Hashes only, in the browser's storage.

/** The hashes kept, the oldest go first. */
const KEPT = 500;
const KEY = "ckptscope-links";

export interface LinkMemory {
  knows(addresses: readonly string[]): Promise<boolean>;
  remember(addresses: readonly string[]): Promise<void>;
}

/** A memory in a storage; without one, or where hashes cannot be made (http), nothing is known. */
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
        // Full or forbidden: the user is asked again.
      }
    },
  };
}

/** The page's storage; `null` where the user forbids it. */
export function pageStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
