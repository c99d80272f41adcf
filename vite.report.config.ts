import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { LICENSES, singleFile } from "./build/single-file.ts";

// The page of a report: one HTML file, into which `ckptscope report` puts images. Built into the folder of the page.
export default defineConfig({
  base: "./",
  plugins: [react(), singleFile()],
  build: {
    target: "es2022",
    modulePreload: false,
    cssCodeSplit: false,
    emptyOutDir: false,
    copyPublicDir: false,
    assetsInlineLimit: 1_000_000,
    license: { fileName: LICENSES },
    rolldownOptions: { input: "report.html", output: { codeSplitting: false } },
  },
});
