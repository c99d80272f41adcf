// The page's Content-Security-Policy: the scripts that may run, and the URLs that the page may fetch.

/**
 * The policy, as the content of a meta element.
 *
 * @param own Sources of scripts and styles: 'self', or the hashes of inline ones.
 * @param connect The sources that may be fetched. The page fetches its own files, and images at URLs that the user
 *   entered or agreed to. Those can be on any host, so every host has to be allowed.
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
    // No text becomes markup or code (app/trusted-scripts.ts); in browsers that know Trusted Types.
    "require-trusted-types-for 'script'",
    "trusted-types default",
  ].join("; ");
}
