// How the page notices that the worker has ended, for which there is no event. The worker holds a lock while it handles
// requests, and the browser releases the lock if the worker ends. It holds none otherwise, because browsers do not keep
// a page with a lock for Back and Forward.

/** What the worker does before its first request, and after the last one. */
export interface Busy {
  /** Resolves once the lock is held. */
  begin(): Promise<void>;
  end(): void;
}

/** Milliseconds for which the lock is kept after the last request: taking it anew for each would delay them. */
const KEPT = 2000;

/** Absent where there are no locks: on pages that are neither local nor loaded over HTTPS. */
const locksOf = ({ locks }: { readonly locks?: LockManager }): LockManager | undefined => locks;

/** For the worker. `name`: that of the lock. */
export function busyLock(name: string): Busy {
  let running = 0;
  let held: Promise<void> | null = null;
  let release = (): void => {};
  const take = (): Promise<void> =>
    new Promise((taken) => {
      const done = locksOf(navigator)?.request(name, () => {
        taken();
        return new Promise<void>((resolve) => {
          release = resolve;
        });
      });
      // Requests are handled without a lock as well.
      if (done === undefined) taken();
      else done.catch(() => taken());
    });
  return {
    begin() {
      running++;
      held ??= take();
      return held;
    },
    end() {
      running--;
      setTimeout(() => {
        if (running > 0) return;
        held = null;
        release();
      }, KEPT);
    },
  };
}

/** For the page: whether the worker holds the lock now. True if unknown. */
export async function isBusy(name: string): Promise<boolean> {
  try {
    const { held } = (await locksOf(navigator)?.query()) ?? {};
    return held?.some((lock) => lock.name === name) ?? true;
  } catch {
    return true;
  }
}
