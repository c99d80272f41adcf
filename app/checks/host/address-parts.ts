// Splits the addresses of sockets, as details have them.

/** `127.0.0.1:80` or `[::1]:80`. */
export function splitAddress(text: unknown): { address: string; port: number } | null {
  const [, six, four, port] = (typeof text === "string" ? /^(?:\[(.*)\]|(.*)):(\d+)$/.exec(text) : null) ?? [];
  return port === undefined ? null : { address: six ?? four ?? "", port: Number(port) };
}
