import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { policy } from "./build/policy.ts";
import { precache } from "./build/precache.ts";
import { LICENSES } from "./build/single-file.ts";

// In the build only: the development server injects inline scripts and styles.
const contentSecurityPolicy: Plugin = {
  name: "content-security-policy",
  apply: "build",
  transformIndexHtml: () => [
    {
      tag: "meta",
      attrs: {
        "http-equiv": "Content-Security-Policy",
        content: policy({ script: "'self'", style: "'self'" }, "'self' http: https:"),
      },
      injectTo: "head-prepend",
    },
  ],
};

/**
 * Has V8 compile all functions of a script while it is fetched, on another thread, not each one when it is first
 * called. Only for what is loaded later: the scripts of the first load, and of the worker, would start later.
 */
const COMPILE_ALL = "//# allFunctionsCalledOnLoad";

// Relative base: the page works from any folder of any static host.
export default defineConfig({
  base: "./",
  plugins: [react(), contentSecurityPolicy, precache(new URL("app/offline/service-worker.js", import.meta.url))],
  worker: { format: "es" },
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    // Of bundled packages, which have to be distributed with their licences. That of fzstd is in its chunk (zstd.ts).
    license: { fileName: LICENSES },
    rolldownOptions: {
      output: {
        // The first load is one script. Otherwise, the bundler splits off what later scripts share with it.
        codeSplitting: { groups: [{ name: "first", tags: ["$initial"] }] },
        postBanner: ({ isEntry }) => (isEntry ? "" : COMPILE_ALL),
      },
    },
  },
  test: {
    include: ["test/**/*.test.ts", "test/**/*.test.tsx"],
    exclude: ["test/browser/**"],
    environment: "node",
    setupFiles: ["test/support/properties.ts"],
    // What a test waits for comes at once on a quiet machine. On a busy one it may take long without being wrong.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 60_000 } },
    // Files share the modules that they import: loading these anew for each took half of the time.
    isolate: false,
    // Vitest leaves one core idle by default.
    maxWorkers: "100%",
  },
});
