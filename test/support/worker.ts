// The worker of the page, in this thread.

import { type Channel, type Client, createClient } from "../../app/worker/client.ts";
import { type Port, serve } from "../../app/worker/serve.ts";

export interface Served {
  readonly client: Client;
  close(): void;
}

/** A client of a worker that is as strict as one in a browser: a buffer can be transferred only once. */
export function served(): Served {
  const { port1, port2 } = new MessageChannel();
  const transferred = new WeakSet<Transferable>();
  // Node sends a detached buffer as an empty one.
  const post = port2.postMessage.bind(port2) as (message: unknown, transfer: Transferable[]) => void;
  const strict = Object.assign(port2, {
    postMessage(message: unknown, transfer: Transferable[]): void {
      if (transfer.some((each) => transferred.has(each))) throw new Error("A buffer is already detached");
      for (const each of transfer) transferred.add(each);
      post(message, transfer);
    },
  });
  serve(strict as unknown as Port);
  return {
    client: createClient(port1 as unknown as Channel),
    close() {
      port1.close();
      port2.close();
    },
  };
}
