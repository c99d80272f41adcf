import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

// The page needs its own files and nothing else. Set in what is built only: the development server's reloading
// puts scripts and styles into the page.
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const contentSecurityPolicy: Plugin = {
  name: "content-security-policy",
  apply: "build",
  transformIndexHtml: () => [
    {
      tag: "meta",
      attrs: { "http-equiv": "Content-Security-Policy", content: POLICY },
      injectTo: "head-prepend",
    },
  ],
};

// Relative base: the page works from any folder of any static host.
export default defineConfig({
  base: "./",
  plugins: [react(), contentSecurityPolicy],
  worker: { format: "es" },
  build: { target: "es2022", modulePreload: { polyfill: false } },
  test: {
    include: ["test/**/*.test.ts", "test/**/*.test.tsx"],
    exclude: ["test/browser/**"],
    environment: "node",
    testTimeout: 120_000,
  },
});
