import { defineConfig } from "vite";

// The fuzzer as one file for Node, where building the page does not remove it.
export default defineConfig({
  build: { ssr: "test/fuzz/main.ts", outDir: "node_modules/.cache/fuzz", target: "node20", copyPublicDir: false },
});
