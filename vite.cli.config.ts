import { defineConfig } from "vite";

// The command line and `npm start`, each as one file for Node.
export default defineConfig({
  build: {
    ssr: true,
    rollupOptions: { input: { ckptscope: "cli/ckptscope.ts", start: "cli/start.ts" } },
    outDir: "dist/cli",
    target: "node20",
    copyPublicDir: false,
  },
});
