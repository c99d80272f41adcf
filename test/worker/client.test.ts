// The page's end of the protocol, when the worker is not there.

import { expect, test } from "vitest";
import { type Channel, createClient } from "../../app/worker/client.ts";

const silent = (): Channel => ({ postMessage() {}, onmessage: null, onerror: null });

test("requests to a worker that could not be loaded fail, those made later too", async () => {
  const channel = silent();
  const client = createClient(channel);
  const early = client.request("open", { inputs: [] });
  // A script that cannot be loaded has an event without a message.
  channel.onerror?.(new Event("error") as ErrorEvent);
  await expect(early).rejects.toThrow(/could not be loaded, or has stopped\. Reload the page\.$/);
  await expect(client.request("open", { inputs: [] })).rejects.toThrow(/Reload the page\.$/);
});

test("a worker that ended by itself says why", async () => {
  const channel = silent();
  const client = createClient(channel);
  channel.onerror?.(Object.assign(new Event("error"), { message: "out of memory" }) as ErrorEvent);
  await expect(client.request("open", { inputs: [] })).rejects.toThrow(/Reload the page\. \(out of memory\)$/);
});
