// Components that are not in the first script: loaded right after the page has been painted, or when they are needed.

import { type ComponentType, lazy, Suspense, useState } from "react";

export interface Preloaded<P> {
  /** Renders the component; until it is loaded, nothing. */
  readonly Component: ComponentType<P>;
  /** Loads it ahead of its use. */
  preload(): void;
}

/** A component that `load` imports. Once loaded, it renders immediately, without the delay of `lazy`. */
export function preloaded<P extends object>(load: () => Promise<ComponentType<P>>): Preloaded<P> {
  let loaded: ComponentType<P> | null = null;
  const keep = async (): Promise<ComponentType<P>> => {
    loaded = await load();
    return loaded;
  };
  const Later = lazy(async () => ({ default: await keep() })) as unknown as ComponentType<P>;
  return {
    Component(props) {
      // For as long as it is shown: another component in its place would start from scratch.
      const [Now] = useState(() => loaded);
      if (Now !== null) return <Now {...props} />;
      return (
        <Suspense>
          <Later {...props} />
        </Suspense>
      );
    },
    // If it fails now, it is tried again when it is rendered.
    preload: () => void keep().catch(() => {}),
  };
}
