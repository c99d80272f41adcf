import { defineConfig } from "vite";

// The benchmarks as one file for Node.
export default defineConfig({
  build: { ssr: "test/bench/main.ts", outDir: "dist/bench", target: "node20", copyPublicDir: false },
});
