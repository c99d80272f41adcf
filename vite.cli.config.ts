import { defineConfig } from "vite";

// The command line and `npm start`, for Node. All packages but koffi, which has native code, are bundled: an installed
// ckptscope depends on nothing else.
export default defineConfig({
  ssr: { noExternal: true, external: ["koffi"] },
  build: {
    ssr: true,
    rollupOptions: {
      input: { ckptscope: "cli/ckptscope.ts", start: "cli/start.ts" },
      // Chunks are in the same folder as the programs: cli/http/page.ts looks for the page from there.
      output: { chunkFileNames: "[name].js" },
    },
    outDir: "dist/cli",
    target: "node20",
    copyPublicDir: false,
  },
});
