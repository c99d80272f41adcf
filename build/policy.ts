// The page's Content-Security-Policy: which scripts may run, and what may be asked of a network.

/**
 * A policy as the content of a meta element.
 *
 * @param own Where scripts and styles come from: 'self', or the hashes of those that are in the page itself.
 * @param connect What may be fetched. The page fetches its own files, and images whose address the user gave or agreed
 * to: any host may have them, so any has to be allowed, but no other protocol.
 */
export function policy(own: { readonly script: string; readonly style: string }, connect: string): string {
  return [
    "default-src 'none'",
    `script-src ${own.script}`,
    `style-src ${own.style}`,
    "img-src 'self' data: blob:",
    `connect-src ${connect}`,
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}
