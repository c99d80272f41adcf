// Reports what was just done for a few seconds, also to screen readers. Covers nothing that can be clicked.

import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useApp, usePage } from "../context.ts";
import { clickables, freePlace, overlap, type Rect } from "./notice-place.ts";

/** Milliseconds for which a notice is shown. */
const NOTICE_TIME = 4000;

export function Notice() {
  const { shell } = usePage();
  const notice = useApp((state) => state.notice);
  const element = useRef<HTMLDivElement>(null);
  const [placed, setPlaced] = useState<{ of: string; place: ReturnType<typeof freePlace> } | null>(null);
  useEffect(() => {
    if (notice === null) return;
    const timer = setTimeout(() => shell.store.set({ notice: null }), NOTICE_TIME);
    return () => clearTimeout(timer);
  }, [notice, shell]);
  useLayoutEffect(() => {
    const own = element.current;
    if (notice === null || own === null) return setPlaced(null);
    const put = (taken: readonly Rect[]): void => {
      // Its size is known once it is rendered.
      const { offsetWidth: width, offsetHeight: height } = own;
      setPlaced({ of: notice, place: freePlace({ width, height }, { width: innerWidth, height: innerHeight }, taken) });
    };
    put(clickables(document));
    // A button can appear below it.
    const observer = new MutationObserver(() => {
      const taken = clickables(document);
      if (taken.some((each) => overlap(each, own.getBoundingClientRect()))) put(taken);
    });
    observer.observe(document.body, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, [notice]);
  const place = notice !== null && placed?.of === notice ? placed.place : undefined;
  // If no place is free, it gets a line of its own at the bottom.
  const shown = place === null ? "notice" : "notice notice-over";
  return (
    <div ref={element} className={notice === null ? "visually-hidden" : shown} style={place ?? undefined} role="status">
      {notice}
    </div>
  );
}
