// Reports what a link names and the images that it opened do not have.

import type { Client } from "../worker/client.ts";
import type { PendingLink, State } from "./state.ts";
import type { Store } from "./store.ts";

interface Context {
  readonly client: Client;
  readonly store: Store<State>;
}

/** Shows a failure if the open images do not have what a link names. Another failure comes first. */
export async function reportMissing({ client, store }: Context, link: PendingLink): Promise<void> {
  const state = store.get();
  const { select, change, bytes, memory, resource } = link;
  if (state.docs.length === 0 || !(select ?? change ?? bytes ?? memory ?? resource)) return;
  // Without the words, the images are open all the same.
  const words = await import("./missing.ts").catch(() => null);
  const failure = await words?.missingFrom(client, state, link);
  if (failure) store.set((now) => (now.docs === state.docs && now.failure === null ? { failure } : {}));
}
