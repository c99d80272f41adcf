import { defineConfig } from "vite";

// The fuzzer as one file for Node.
export default defineConfig({
  build: { ssr: "test/fuzz/main.ts", outDir: "dist/fuzz", target: "node20", copyPublicDir: false },
});
