import { defineConfig } from "vite";

// The benchmarks for Node. Chunks are beside main.js: modules find dist/cli by their own address.
export default defineConfig({
  build: {
    ssr: "test/bench/main.ts",
    outDir: "dist/bench",
    target: "node20",
    copyPublicDir: false,
    rolldownOptions: { output: { chunkFileNames: "[name].js" } },
  },
});
