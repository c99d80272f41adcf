// Writes the service worker, with the list of files that it caches for offline use.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { Plugin } from "vite";

/** Files of the public folder that the page needs. */
const PUBLIC = /^(?:icon\.svg|manifest\.webmanifest|samples\/.*)$/;
/** Not in this bundle: vite.report.config.ts builds it. */
const REPORT = "report.html";

export function precache(source: URL): Plugin {
  let publicFolder = "";
  return {
    name: "precache",
    apply: "build",
    configResolved(config) {
      publicFolder = config.publicDir;
    },
    generateBundle: {
      // Runs last, when all other files are in the bundle.
      order: "post",
      handler(_options, bundle) {
        const hash = createHash("sha256");
        const files = Object.keys(bundle).filter((name) => !name.endsWith(".map"));
        for (const name of files) {
          const file = bundle[name];
          hash.update(name).update(file?.type === "chunk" ? file.code : (file?.source ?? ""));
        }
        for (const entry of readdirSync(publicFolder, { recursive: true, withFileTypes: true })) {
          const path = join(entry.parentPath, entry.name);
          const name = relative(publicFolder, path).split(sep).join("/");
          if (!entry.isFile() || !PUBLIC.test(name)) continue;
          files.push(name);
          hash.update(name).update(readFileSync(path));
        }
        const list = ["./", ...files.filter((name) => name !== "index.html"), REPORT].sort();
        this.emitFile({
          type: "asset",
          fileName: "service-worker.js",
          source: readFileSync(source, "utf8")
            .replace('"VERSION"', JSON.stringify(hash.digest("hex").slice(0, 16)))
            .replace('["FILES"]', JSON.stringify(list)),
        });
      },
    },
  };
}
