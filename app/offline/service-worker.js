// Keeps the page's own files, so that it opens without a network after the first visit. What the page fetches from
// elsewhere, images above all, passes by and is never kept. The build puts in the version and the list of files.

const VERSION = "VERSION";
const FILES = ["FILES"];

const PREFIX = "ckptscope-";
const CACHE = PREFIX + VERSION;
const scope = new URL(self.registration.scope);
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
    for (const name of await caches.keys()) {
      if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
    }
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = request.url.split(/[?#]/, 1)[0];
  if (request.method !== "GET" || !own.has(address)) return;
  event.respondWith(request.mode === "navigate" ? newest(request) : kept(request, address));
});

/** The page itself: from the network, so that a new version is seen at once; without one, as it was kept. */
async function newest(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const page = await (await caches.open(CACHE)).match(scope.href);
    if (page === undefined) throw error;
    return page;
  }
}

/** Other files: as they were kept. Their names change with their contents, or the version does. */
async function kept(request, address) {
  return (await (await caches.open(CACHE)).match(address)) ?? fetch(request);
}
