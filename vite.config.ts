import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// Relative base: the page works from any folder of any static host.
export default defineConfig({
  base: "./",
  plugins: [react()],
  worker: { format: "es" },
  build: { target: "es2022" },
  test: { include: ["test/**/*.test.ts", "test/**/*.test.tsx"], environment: "node", testTimeout: 120_000 },
});
