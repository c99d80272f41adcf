// Recent images where the browser allows no storage.

import { afterEach, expect, test, vi } from "vitest";
import { listRecent } from "../../../app/shell/opening/recent.ts";

afterEach(() => vi.unstubAllGlobals());

test("there are none where the browser allows neither locks nor storage", async () => {
  const refused = () => Promise.reject(new DOMException("", "SecurityError"));
  vi.stubGlobal("navigator", { locks: { request: refused } });
  expect(await listRecent()).toEqual([]);
});
