// Builds the page and the command line if they are missing or older than their sources.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const OUTPUTS = ["dist/index.html", "dist/report.html", "dist/cli/ckptscope.js", "dist/cli/start.js"];
const SOURCES = [
  "app",
  "build",
  "cli",
  "public",
  "index.html",
  "report.html",
  "package-lock.json",
  "vite.config.ts",
  "vite.report.config.ts",
  "vite.cli.config.ts",
];

/** When the newest file at or below a path was modified. */
const newest = (path) => {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
};

const isCurrent = () => {
  const outputs = OUTPUTS.map((path) => join(ROOT, path));
  if (!outputs.every((path) => existsSync(path))) return false;
  const builtAt = Math.min(...outputs.map((path) => statSync(path).mtimeMs));
  return builtAt >= Math.max(...SOURCES.map((path) => newest(join(ROOT, path))));
};

/** Builds if needed; ends this process if that fails. Everything is printed to standard error. */
export function buildIfNeeded() {
  if (isCurrent()) return;
  if (!existsSync(join(ROOT, "node_modules/vite"))) {
    console.error("ckptscope: this checkout has not been built; run 'npm ci' first");
    process.exit(2);
  }
  console.error("ckptscope: building, as dist/ is missing or out of date …");
  const { status, error } = spawnSync("npm", ["run", "--silent", "build"], {
    cwd: ROOT,
    // Any other value gives the page React's development build.
    env: { ...process.env, NODE_ENV: "production" },
    // The command's standard output is its own.
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (status === 0) return;
  console.error(`ckptscope: the build failed${error ? `: ${error.message}` : ""}; see above`);
  process.exit(2);
}

// `npm start` runs this file.
if (process.argv[1] === fileURLToPath(import.meta.url)) buildIfNeeded();
