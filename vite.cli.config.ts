import { defineConfig } from "vite";

// The command line and `npm start`, each as one file for Node.
export default defineConfig({
  build: {
    ssr: true,
    rollupOptions: {
      input: { ckptscope: "cli/ckptscope.ts", start: "cli/start.ts" },
      // What they share stands beside them: the built page is looked for from there.
      output: { chunkFileNames: "[name].js" },
    },
    outDir: "dist/cli",
    target: "node20",
    copyPublicDir: false,
  },
});
