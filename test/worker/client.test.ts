// The page's end of the protocol, when the worker is not there.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
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

describe("a worker that has ended without an error", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const minute = () => vi.advanceTimersByTimeAsync(60_000);

  test("fails its requests, also a cancelled one that it will never confirm", async () => {
    const client = createClient(silent(), async () => false);
    const control = new AbortController();
    client.request("overview", { document: 1 }, { signal: control.signal }).catch(() => {});
    control.abort();
    await minute();
    await expect(client.request("overview", { document: 1 })).rejects.toThrow(/Reload the page\.$/);
  });

  test("is one that is busy no more, not one that is", async () => {
    let isBusy = true;
    const client = createClient(silent(), async () => isBusy);
    let failed = false;
    client.request("overview", { document: 1 }).catch(() => {
      failed = true;
    });
    await minute();
    expect(failed).toBe(false);
    isBusy = false;
    await minute();
    expect(failed).toBe(true);
  });

  test("is not checked for any longer once it is known to have ended, or is terminated", async () => {
    const [failing, terminated] = [silent(), silent()];
    const clients = [failing, terminated].map((channel) => createClient(channel));
    for (const client of clients) client.request("overview", { document: 1 }).catch(() => {});
    failing.onerror?.(new Event("error") as ErrorEvent);
    clients[1]?.terminate();
    await minute();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("is not one that has answered everything", async () => {
    const channel = silent();
    const asked = vi.fn(async () => false);
    const client = createClient(channel, asked);
    const response = client.request("overview", { document: 1 });
    channel.onmessage?.({ data: { id: 1, kind: "response", response: null } } as MessageEvent);
    await response;
    await minute();
    expect(asked).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
