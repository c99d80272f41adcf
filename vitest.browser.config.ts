import { defineConfig } from "vitest/config";

// Tests in a real browser, against the page as it is built. One at a time: a browser is busy enough.
export default defineConfig({
  test: {
    include: ["test/browser/**/*.test.ts"],
    globalSetup: ["test/browser/serve.ts"],
    environment: "node",
    fileParallelism: false,
    // A key that is pressed faster than any person could can come before the page listens: such a test is tried again.
    retry: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
