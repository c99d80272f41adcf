// `npm run fuzz -- --minutes 10 --seed 7`: fuzzes for longer than `npm test` does, from another seed.

import { spawnSync } from "node:child_process";

const value = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};

const seconds = value("minutes", 1) * 60;
const seed = value("seed", Date.now() % 1_000_000_000);
const { status } = spawnSync("npx", ["vitest", "run", "test/fuzz", "--silent=false"], {
  stdio: "inherit",
  env: { ...process.env, CKPTSCOPE_FUZZ_SECONDS: String(seconds), CKPTSCOPE_SEED: String(seed) },
});
process.exitCode = status ?? 1;
