import type { Plugin } from "vite";
import { defineConfig } from "vite";

/** Node takes `.js` in this package for ES modules. */
const commonJs: Plugin = {
  name: "common-js",
  generateBundle() {
    this.emitFile({ type: "asset", fileName: "package.json", source: '{ "type": "commonjs" }\n' });
  },
};

// The command line and `npm start`, for Node. All packages but koffi, which has native code, are bundled: an installed
// ckptscope depends on nothing else. CommonJS, because Node gives no access to the compiled code of ES modules.
export default defineConfig({
  plugins: [commonJs],
  ssr: { noExternal: true, external: ["koffi"] },
  build: {
    ssr: true,
    rolldownOptions: {
      input: { ckptscope: "cli/ckptscope.ts", program: "cli/program.ts", start: "cli/start.ts" },
      output: {
        format: "cjs",
        // cli/module-loader.ts provides `require`.
        dynamicImportInCjs: false,
        entryFileNames: "[name].js",
        // Chunks are in the same folder as the programs: cli/http/page.ts looks for the page from there.
        chunkFileNames: "[name]-[hash].js",
      },
    },
    outDir: "dist/cli",
    target: "node20",
    copyPublicDir: false,
  },
});
