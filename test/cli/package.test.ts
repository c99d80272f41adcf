// The package as npm installs it, and the launcher of a checkout.

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { importsOf } from "../structure/imports.ts";
import { startProcess, whyNotHere } from "../support/live.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const image = (name: string): string => join(ROOT, "test/fixtures/linux-cr/v23-s1", name);
const whyNoDump = await whyNotHere();

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ckptscope-package-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("the installed package", () => {
  let packed: string[];
  let program: string;
  beforeAll(() => {
    // `npm test` has built dist/ already; a test run alone builds it.
    execFileSync(process.execPath, [join(ROOT, "cli/build-if-needed.mjs")], { stdio: "inherit" });
    const npm = (...args: string[]): string => execFileSync("npm", args, { cwd: ROOT, encoding: "utf8" });
    // Without scripts: prepack would build again, and users may have switched install scripts off.
    const [{ filename, files }] = JSON.parse(
      npm("pack", "--ignore-scripts", "--json", "--silent", "--pack-destination", folder),
    );
    packed = files.map(({ path }: { path: string }) => path);
    const prefix = join(folder, "prefix");
    mkdirSync(prefix);
    npm(
      "install",
      ...["--prefix", prefix, "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--silent"],
      join(folder, filename),
    );
    program = join(prefix, "node_modules/.bin/ckptscope");
  });

  const run = (...args: string[]) => spawnSync(program, args, { encoding: "utf8", cwd: folder });

  test("holds only what a user needs", () => {
    const others = packed.filter((path) => !/^dist\/(?:assets|cli|samples|schema)\//.test(path));
    expect(others.toSorted()).toEqual([
      "LICENSE",
      "README.md",
      "bin/ckptscope.mjs",
      "dist/icon.svg",
      "dist/index.html",
      "dist/licenses.md",
      "dist/manifest.webmanifest",
      "dist/report.html",
      "dist/service-worker.js",
      "docs/checks.md",
      "docs/resources.md",
      "man/ckptscope.1",
      "package.json",
    ]);
    expect(packed).toContain("dist/cli/ckptscope.js");
    expect(packed.filter((path) => path.startsWith("dist/cli/compiled"))).toEqual([]);
    // The page's files, as the service worker lists them.
    const worker = readFileSync(join(ROOT, "dist/service-worker.js"), "utf8");
    const assets = packed.filter((path) => path.startsWith("dist/assets/")).map((path) => path.slice("dist/".length));
    expect(assets.length).toBeGreaterThan(4);
    for (const asset of assets) expect(worker).toContain(asset);
    expect(existsSync(join(folder, "prefix/node_modules/react"))).toBe(false);
  });

  test("holds the licences of the packages in it, as a report does", () => {
    const sources = readdirSync(join(ROOT, "app"), { recursive: true, encoding: "utf8" }).filter((name) =>
      /\.tsx?$/.test(name),
    );
    const imported = sources.flatMap((name) => importsOf(name, readFileSync(join(ROOT, "app", name), "utf8")));
    const packages = [...new Set(imported)].filter((name) => name.startsWith("npm:")).map((name) => name.slice(4));
    expect(packages).toEqual(expect.arrayContaining(["react", "d3-zoom", "fzstd"]));
    // fzstd is in a worker's scripts, which begin with its licence.
    const others = packages.filter((name) => name !== "fzstd");
    for (const file of ["dist/licenses.md", "dist/report.html"]) {
      const text = readFileSync(join(ROOT, file), "utf8");
      expect(others.filter((name) => !text.includes(`## ${name} `))).toEqual([]);
    }
    const scripts = packed.filter((path) => /^dist\/(?:assets|cli)\/zstd-.*\.js$/.test(path));
    const withLicence = scripts.filter((path) =>
      readFileSync(join(ROOT, path), "utf8").includes("(c) 2020 Arjun Barrett"),
    );
    expect(withLicence).toHaveLength(2);
  });

  test("shows, compares and checks images", () => {
    expect(run("--version")).toMatchObject({ status: 0, stdout: `${packageJson.version}\n`, stderr: "" });
    const shown = run("show", image("before.ckpt"), "--json");
    expect(shown).toMatchObject({ status: 0, stderr: "" });
    expect(JSON.parse(shown.stdout)).toMatchObject({ schema: 1, tasks: [{ pid: 4242 }] });
    expect(run("diff", image("before.ckpt"), image("after.ckpt"))).toMatchObject({ status: 1, stderr: "" });
    expect(run("check", image("before.ckpt"))).toMatchObject({ status: 0, stderr: "" });
    expect(run("show", join(ROOT, "package.json"))).toMatchObject({ status: 2, stdout: "" });
    expect(run("help", "check")).toMatchObject({ status: 0, stderr: "" });
  });

  test("keeps compiled code in its own folder, and prints the same with it", () => {
    const kept = join(folder, "prefix/node_modules/ckptscope/dist/cli/compiled");
    rmSync(kept, { recursive: true, force: true });
    const first = run("show", image("before.ckpt"));
    expect(first).toMatchObject({ status: 0, stderr: "" });
    const files = () => readdirSync(kept, { recursive: true, encoding: "utf8" });
    const names = files();
    expect(names.some((name) => /\bopen-[\w-]+\.js$/.test(name))).toBe(true);
    expect(run("show", image("before.ckpt"))).toMatchObject({ status: 0, stdout: first.stdout, stderr: "" });
    expect(files()).toEqual(names);
  });

  test("shows an archive compressed with zstd", () => {
    const archive = join(ROOT, "test/fixtures/criu/archives-by-hand/w7-podman-before.tar.zst");
    expect(run("show", archive)).toMatchObject({ status: 0, stderr: "" });
  });

  test("writes a report", () => {
    expect(run("report", image("before.ckpt"), image("after.ckpt"), "-o", "report.html")).toMatchObject({ status: 0 });
    const report = readFileSync(join(folder, "report.html"), "utf8");
    expect(report.length).toBeGreaterThan(readFileSync(join(ROOT, "dist/report.html")).length);
  });

  test("serves the page with an image", async () => {
    const child = spawn(program, ["view", image("before.ckpt")], { env: { ...process.env, BROWSER: "none" } });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    const address = await new Promise<string>((resolve) => {
      let out = "";
      child.stdout.on("data", (chunk) => {
        out += chunk;
        if (out.includes("\n")) resolve(out.split("\n")[0] ?? "");
      });
    });
    const [page = "", fragment = ""] = address.split("#");
    expect(await (await fetch(page)).text()).toContain("<title>ckptscope</title>");
    const open = new URLSearchParams(fragment).get("open") ?? "";
    const served = Buffer.from(await (await fetch(open)).arrayBuffer());
    expect(served.equals(readFileSync(image("before.ckpt")))).toBe(true);
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
  });

  test.skipIf(whyNoDump !== "")(
    `dumps a process with what it shares${whyNoDump === "" ? "" : ` (${whyNoDump})`}`,
    async () => {
      const target = await startProcess();
      try {
        const original = await target.call("eventfd", 7);
        const duplicate = await target.call("dup", original);
        expect(run("dump", String(target.pid), "-o", "live.ckpt")).toMatchObject({ status: 0, stderr: "" });
        const { fileTables } = JSON.parse(run("show", "live.ckpt", "--json").stdout);
        const file = (fd: number) => fileTables[0].fds.find((descriptor: { fd: number }) => descriptor.fd === fd).file;
        expect(file(duplicate)).toBe(file(original));
      } finally {
        await target.end();
      }
      expect(run("watch", String(target.pid))).toMatchObject({ status: 2, stdout: "" });
    },
  );
});

describe("the launcher of a checkout", () => {
  const launch = (checkout: string) =>
    spawnSync(process.execPath, [join(checkout, "bin/ckptscope.mjs"), "--version"], { encoding: "utf8" });

  /** A checkout whose build writes a program that prints "started". */
  const makeCheckout = (name: string): string => {
    const checkout = join(folder, name);
    mkdirSync(join(checkout, "cli"), { recursive: true });
    cpSync(join(ROOT, "bin"), join(checkout, "bin"), { recursive: true });
    cpSync(join(ROOT, "cli/build-if-needed.mjs"), join(checkout, "cli/build-if-needed.mjs"));
    for (const folder of ["app", "build", "public"]) mkdirSync(join(checkout, folder));
    const config = ["vite.config.ts", "vite.report.config.ts", "vite.cli.config.ts"];
    for (const file of ["index.html", "report.html", "package-lock.json", ...config]) {
      writeFileSync(join(checkout, file), "");
    }
    const build = [
      'import { mkdirSync, writeFileSync } from "node:fs";',
      'console.log("built");',
      'mkdirSync("dist/cli", { recursive: true });',
      'for (const file of ["index.html", "report.html", "cli/start.js"]) writeFileSync("dist/" + file, "");',
      'writeFileSync("dist/cli/ckptscope.js", "console.log(\'started\')");',
    ];
    writeFileSync(join(checkout, "build.mjs"), build.join("\n"));
    const manifest = { type: "module", scripts: { build: "node build.mjs" } };
    writeFileSync(join(checkout, "package.json"), JSON.stringify(manifest));
    return checkout;
  };

  test("builds once, and keeps standard output for the command", () => {
    const checkout = makeCheckout("unbuilt");
    mkdirSync(join(checkout, "node_modules/vite"), { recursive: true });
    const first = launch(checkout);
    expect(first).toMatchObject({ status: 0, stdout: "started\n" });
    expect(first.stderr).toMatch(/^ckptscope: building/);
    expect(first.stderr).toMatch(/^built$/m);
    expect(launch(checkout)).toMatchObject({ status: 0, stdout: "started\n", stderr: "" });
  });

  test("asks for `npm ci` where nothing is installed", () => {
    expect(launch(makeCheckout("not-installed"))).toMatchObject({
      status: 2,
      stdout: "",
      stderr: "ckptscope: this checkout has not been built; run 'npm ci' first\n",
    });
  });
});
