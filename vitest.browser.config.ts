import { defineConfig } from "vitest/config";

// Tests in a real browser, against the built page. Each file starts a browser of its own.
export default defineConfig({
  test: {
    include: ["test/browser/**/*.test.ts"],
    globalSetup: ["test/browser/serve.ts"],
    environment: "node",
    maxWorkers: 2,
    // What a test waits for comes at once on a quiet machine. On a busy one it may take long without being wrong.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
