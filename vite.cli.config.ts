import { defineConfig } from "vite";

// The command line as one file for Node; what it needs at run time of packages stays outside.
export default defineConfig({
  build: {
    ssr: "cli/ckptscope.ts",
    outDir: "dist/cli",
    target: "node20",
    emptyOutDir: true,
    copyPublicDir: false,
  },
});
