import { join } from "node:path";
import { defineConfig } from "vite";

// The benchmarks for Node. Chunks are beside main.js: modules find dist/cli by their own address.
export default defineConfig({
  // Modules of test/support find the fixtures by their own directory.
  define: { "import.meta.dirname": JSON.stringify(join(import.meta.dirname, "test/support")) },
  build: {
    ssr: "test/bench/main.ts",
    outDir: "dist/bench",
    target: "node20",
    copyPublicDir: false,
    rolldownOptions: { output: { chunkFileNames: "[name].js" } },
  },
});
