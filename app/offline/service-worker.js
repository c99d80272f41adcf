// Caches the page's own files, so that it opens offline after the first visit. Other requests, above all for images,
// are not handled here and never cached. The build fills in VERSION and FILES.

const VERSION = "VERSION";
const FILES = ["FILES"];

const PREFIX = "ckptscope-";
const CACHE = PREFIX + VERSION;
const scope = new URL(self.registration.scope);
/** Files whose names change with their contents. */
const assets = new URL("assets/", scope).href;
const own = new Set(FILES.map((file) => new URL(file, scope).href));

self.addEventListener("install", (event) => {
  const keep = async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(FILES.map((file) => new Request(new URL(file, scope), { cache: "no-cache" })));
    await self.skipWaiting();
  };
  event.waitUntil(keep());
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    // Pages of the last version may still be open, and need the parts of it that they have not loaded yet.
    for (const name of (await earlier()).slice(1)) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = request.url.split(/[?#]/, 1)[0];
  if (request.method !== "GET" || !(own.has(address) || address.startsWith(assets))) return;
  event.respondWith(request.mode === "navigate" ? newest(request) : kept(request, address));
});

/** The page itself: from the network, so that a new version appears at once; from the cache when offline. */
async function newest(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const page = await (await caches.open(CACHE)).match(scope.href);
    if (page === undefined) throw error;
    return page;
  }
}

/** Other files: from the cache. A changed file has a new name or comes with a new version. */
async function kept(request, address) {
  const names = address.startsWith(assets) ? [CACHE, ...(await earlier())] : [CACHE];
  for (const name of names) {
    const found = await (await caches.open(name)).match(address);
    if (found !== undefined) return found;
  }
  return fetch(request);
}

/** The names of the caches of other versions, the last one first. */
async function earlier() {
  const names = await caches.keys();
  return names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).reverse();
}
