// Builds the page and the command if they are missing or older than what they are made of.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

const newest = (path) => {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
};

const made = ["dist/index.html", "dist/report.html", "dist/cli/ckptscope.js", "dist/cli/start.js"].map((path) =>
  join(root, path),
);
const sources = ["app", "build", "cli", "public", "index.html", "package-lock.json", "vite.config.ts"].map((path) =>
  join(root, path),
);
const builtAt = made.every((path) => existsSync(path)) ? Math.min(...made.map((path) => statSync(path).mtimeMs)) : 0;
if (builtAt < Math.max(...sources.map(newest))) {
  const { status } = spawnSync("npm", ["run", "build"], {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  process.exit(status ?? 1);
}
