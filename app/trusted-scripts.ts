// Trusted Types (https://www.w3.org/TR/trusted-types/): the page's policy has the browser refuse to
// turn text into markup or code. What the page itself needs is allowed here: scripts of its own
// folder, for the worker and the service worker.

/** As far as it is used; TypeScript's DOM types do not have it. */
interface TrustedTypes {
  createPolicy(name: string, rules: { readonly createScriptURL: (url: string) => string | null }): unknown;
}

/** Allows scripts of this page's folder, and no others. Call it before any is started. */
export function trustOwnScripts(): void {
  const { trustedTypes } = window as { readonly trustedTypes?: TrustedTypes };
  const folder = new URL(".", document.baseURI).href;
  trustedTypes?.createPolicy("default", {
    createScriptURL: (url) => (new URL(url, document.baseURI).href.startsWith(folder) ? url : null),
  });
}
