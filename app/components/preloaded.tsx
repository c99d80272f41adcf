// Components that are not in the first script: loaded right after the page has been painted, or when they are needed.

import { type ComponentType, startTransition, useEffect, useState } from "react";

export interface Preloaded<P> {
  /** Renders the component; until it is loaded, nothing. */
  readonly Component: ComponentType<P>;
  /** Loads it ahead of its use. */
  preload(): void;
}

/**
 * A component that `load` imports. Once loaded, it renders immediately, without the delay of `lazy`.
 *
 * @param Missing Rendered in its place if it cannot be loaded: `lazy` would take the whole page down.
 */
export function preloaded<P extends object>(
  load: () => Promise<ComponentType<P>>,
  Missing: ComponentType,
): Preloaded<P> {
  let loaded: ComponentType<P> | null = null;
  const keep = async (): Promise<ComponentType<P>> => {
    loaded = await load();
    return loaded;
  };
  return {
    Component(props) {
      // For as long as it is shown: another component in its place would start from scratch.
      const [Now, setNow] = useState<ComponentType<P> | null>(() => loaded);
      const [isMissing, setMissing] = useState(false);
      // biome-ignore lint/correctness/useExhaustiveDependencies: `keep` never changes
      useEffect(() => {
        if (Now !== null) return;
        let mounted = true;
        keep().then(
          (component) => mounted && startTransition(() => setNow(() => component)),
          () => mounted && setMissing(true),
        );
        return () => {
          mounted = false;
        };
      }, [Now]);
      if (Now !== null) return <Now {...props} />;
      return isMissing ? <Missing /> : null;
    },
    // A failure is reported when the component is rendered.
    preload: () => void keep().catch(() => {}),
  };
}
