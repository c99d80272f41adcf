import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { singleFile } from "./build/single-file.ts";

// The page of a report: one HTML file, into which images are put later. Built beside the page itself.
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
    rolldownOptions: { input: "report.html", output: { codeSplitting: false } },
  },
});
