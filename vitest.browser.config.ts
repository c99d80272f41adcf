import { defineConfig } from "vitest/config";

// Tests in a real browser, against the built page. One file at a time: each starts a browser, which uses all cores.
export default defineConfig({
  test: {
    include: ["test/browser/**/*.test.ts"],
    globalSetup: ["test/browser/serve.ts"],
    environment: "node",
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
