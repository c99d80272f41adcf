// What view and serve send: images in ranges, directories as archives, an index with escaped names.

import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openImage } from "../../../app/decoder/open.ts";
import { bytesSource } from "../../../app/decoder/source.ts";
import { openHosted } from "../../../app/sources/url.ts";
import { folderHandler, preflightHeaders } from "../../../cli/commands/serve.ts";
import { indexPage } from "../../../cli/commands/serve-index.ts";
import { serveImages } from "../../../cli/commands/view.ts";
import { openSecretly } from "../../../cli/http/browser.ts";
import { rangeOf, sendSource } from "../../../cli/http/ranges.ts";
import { listen } from "../../../cli/http/server.ts";
import { tarSource } from "../../../cli/http/tar-source.ts";
import { recordingIo } from "../../support/command.ts";

const fixture = (path: string): string => fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url));
const image = readFileSync(fixture("linux-cr/v23-s1/before.ckpt"));

const { io } = recordingIo({ stdin: image });

let folder: string;
let page: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ckptscope-serve-"));
  page = join(folder, "..", `${folder.split("/").at(-1)}-page`);
  mkdirSync(page);
  writeFileSync(join(page, "index.html"), "<html><head></head></html>");
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  rmSync(page, { recursive: true });
});

describe("ranges", () => {
  test.each([
    [undefined, "whole"],
    ["bytes=0-9", { start: 0, end: 10 }],
    ["bytes=90-", { start: 90, end: 100 }],
    ["bytes=90-500", { start: 90, end: 100 }],
    ["bytes=-10", { start: 90, end: 100 }],
    ["bytes=-500", { start: 0, end: 100 }],
    ["bytes=100-", null],
    ["bytes=-0", null],
    ["bytes=9-3", "whole"],
    ["bytes=0-1,5-6", "whole"],
    ["lines=0-1", "whole"],
    ["bytes=-", "whole"],
  ])("%s of 100 bytes", (header, wanted) => {
    expect(rangeOf(header, 100)).toEqual(wanted);
  });
});

describe("a directory as an archive", () => {
  test("is unpacked by tar and can be read in any parts", async () => {
    const files = [
      bytesSource("a.img", new Uint8Array([1, 2, 3])),
      bytesSource("empty", new Uint8Array(0)),
      bytesSource(`deep/${"long-".repeat(30)}.img`, new Uint8Array(1024).fill(7)),
      bytesSource("é.img", new Uint8Array(513).fill(9)),
    ];
    const tar = tarSource("x.tar", files);
    const whole = await tar.read(0, tar.size);
    expect(whole.length).toBe(tar.size);
    for (const step of [1, 7, 500, 512]) {
      const parts: Uint8Array[] = [];
      for (let at = 0; at < tar.size; at += step) parts.push(await tar.read(at, step));
      expect(Buffer.concat(parts).equals(whole)).toBe(true);
    }
    const listed = execFileSync("tar", ["-tf", "-", "--quoting-style=literal"], { input: whole, encoding: "utf8" });
    expect(listed.trim().split("\n")).toEqual(files.map(({ name }) => name));
    const unpacked = execFileSync("tar", ["-xOf", "-", "é.img"], { input: whole });
    expect(unpacked.equals(new Uint8Array(513).fill(9))).toBe(true);
  });
});

describe("ckptscope IMAGE", () => {
  test("serves the page and the images under a token, and nothing without it", async () => {
    const paths = [fixture("linux-cr/v23-s1/before.ckpt"), "-"];
    const { address, close } = await serveImages(paths, page, io);
    try {
      const [base = "", fragment] = address.split("#");
      expect(base).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{24}\/$/);
      expect(fragment).toBe(`v=1&open=${base}images/0/before.ckpt&with=${base}images/1/stdin.ckpt`);
      expect(await (await fetch(base)).text()).toContain('<meta name="offline" content="no">');
      const part = await fetch(`${base}images/0/before.ckpt`, { headers: { range: "bytes=8-15" } });
      expect([part.status, part.headers.get("content-range")]).toEqual([206, `bytes 8-15/${image.length}`]);
      expect(Buffer.from(await part.arrayBuffer()).equals(image.subarray(8, 16))).toBe(true);
      expect(part.headers.get("access-control-allow-origin")).toBeNull();
      expect((await (await fetch(`${base}images/1/stdin.ckpt`)).arrayBuffer()).byteLength).toBe(image.length);
      const { origin } = new URL(base);
      for (const path of ["/", "/index.html", "/images/0/before.ckpt"]) {
        expect((await fetch(origin + path)).status).toBe(404);
      }
      for (const path of ["images/0/other", "images/7/before.ckpt", "..%2f..%2fetc%2fpasswd", "%00", "nothing"]) {
        expect((await fetch(base + path)).status).toBe(404);
      }
      expect((await fetch(base, { method: "POST" })).status).toBe(405);
    } finally {
      await close();
    }
  });

  test("gives the browser a file that only this user can read, not the address", () => {
    const address = 'http://127.0.0.1:1/token/#v=1&open="x"';
    const opened: string[] = [];
    const forget = openSecretly(address, (each) => opened.push(each));
    const file = fileURLToPath(opened[0] ?? "");
    expect(opened).toHaveLength(1);
    expect(opened[0]).not.toContain("token");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
    expect(readFileSync(file, "utf8")).toContain(
      'content="0; url=http://127.0.0.1:1/token/#v=1&amp;open=&quot;x&quot;"',
    );
    forget();
    expect(existsSync(file)).toBe(false);
  });

  test("fails at once for a missing file", async () => {
    await expect(serveImages(["/nowhere/x"], page, io)).rejects.toThrow(/no such file/);
  });
});

test.each([
  ["an address in use", "127.0.0.1", "the address is in use"],
  ["an address of another machine", "192.0.2.1", "this machine does not have the address"],
  ["the name of no host", "no-such-host.invalid", "(no such host|no name server answers)"],
])("a server that cannot listen says why: %s", async (_, host, reason) => {
  const other = await listen(() => {});
  const port = Number(new URL(other.address).port);
  try {
    await expect(listen(() => {}, { host, port })).rejects.toThrow(
      new RegExp(`^cannot listen on ${host} port ${port}: ${reason}$`),
    );
  } finally {
    await other.close();
  }
});

describe("a file that becomes shorter while it is served", () => {
  /** A file that says it has 4 MiB, of which the last are gone. */
  const short = {
    name: "core-1.img",
    size: 4 << 20,
    read: (offset: number, length: number) =>
      new Uint8Array(Math.max(0, Math.min(length, (3 << 20) + 5 - offset))).fill(7),
  };
  const after = bytesSource("files.img", new Uint8Array(9).fill(8));

  test.each([
    ["alone", short],
    ["in the archive of a set", tarSource("set.tar", [short, after])],
  ])("is never a whole response, and nothing else is taken for its rest (%s)", async (_, source) => {
    const { address, close } = await listen((_path, request, response) => sendSource(request, response, source, '"1"'));
    try {
      await expect(fetch(address).then((response) => response.arrayBuffer())).rejects.toThrow();
      const range = `bytes=0-${(3 << 20) + 600}`;
      const part = fetch(address, { headers: { range } }).then((response) => response.arrayBuffer());
      await expect(part).rejects.toThrow();
    } finally {
      await close();
    }
  });
});

describe("ckptscope serve DIR", () => {
  let close: () => Promise<void>;
  let address: string;
  const evil = `<img src=x onerror=alert(1)>&".ckpt`;
  beforeAll(async () => {
    writeFileSync(join(folder, "first.ckpt"), image);
    writeFileSync(join(folder, evil), image);
    utimesSync(join(folder, "first.ckpt"), 1, 1);
    writeFileSync(join(folder, "notes.txt"), "no image");
    writeFileSync(join(folder, ".hidden.ckpt"), image);
    mkdirSync(join(folder, "pod"));
    mkdirSync(join(folder, "pod/set"));
    // inventory.img makes a directory an image set.
    writeFileSync(join(folder, "pod/set/inventory.img"), new Uint8Array([0x58, 0x31, 0x56, 0x54]));
    symlinkSync("/etc/hostname", join(folder, "out.ckpt"));
    ({ address, close } = await listen(folderHandler(folder, page, io)));
  });
  afterAll(() => close());

  test("lists the images with links that open and compare them, names as text", async () => {
    const response = await fetch(address);
    const index = await response.text();
    expect(index).toContain(`href="${address}page/#v=1&amp;open=${address}images/first.ckpt"`);
    expect(index).toContain(`&amp;with=`);
    expect(index).toContain("&lt;img src=x onerror=alert(1)&gt;&amp;&quot;.ckpt");
    expect(index).not.toContain("<img");
    expect(index).toContain("pod/set.tar");
    for (const name of ["notes.txt", ".hidden", "out.ckpt", "inventory.img"]) expect(index).not.toContain(name);
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  });

  test("hosts them with ranges for every page", async () => {
    const response = await fetch(`${address}images/${encodeURIComponent(evil)}`, { headers: { range: "bytes=0-3" } });
    expect(response.status).toBe(206);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("access-control-expose-headers")).toContain("Content-Range");
    const source = await openHosted("x", `${address}images/first.ckpt`);
    const opened = await openImage([source]);
    expect("refused" in opened ? opened : opened.checkpoint.complete).toBe(true);
  });

  test("hosts an image set as an archive of it", async () => {
    const set = fixture("criu");
    const { address: at, close: closeSet } = await listen(folderHandler(set, page, io));
    try {
      const index = await (await fetch(at)).text();
      const path = /images\/([^"]*?\.tar)"/.exec(index)?.[1];
      expect(path).toBeDefined();
      const opened = await openImage([await openHosted("set.tar", `${at}images/${path}`)]);
      expect("refused" in opened ? opened : opened.checkpoint.format).toBe("criu");
    } finally {
      await closeSet();
    }
  });

  test("answers only requests to a loopback name while it listens on loopback", async () => {
    const { request } = await import("node:http");
    const statusFor = (host: string) =>
      new Promise((resolve) => request(address, { headers: { host } }, ({ statusCode }) => resolve(statusCode)).end());
    const { port } = new URL(address);
    expect(await statusFor(`localhost:${port}`)).toBe(200);
    expect(await statusFor(`evil.example:${port}`)).toBe(403);
  });

  test("hands out images and nothing else", async () => {
    execFileSync("mkfifo", [join(folder, "fifo.ckpt")]);
    symlinkSync("first.ckpt", join(folder, "link.ckpt"));
    mkdirSync(join(folder, ".git"));
    writeFileSync(join(folder, ".git/x.ckpt"), image);
    writeFileSync(join(folder, "pod/set/.secret"), "a key");
    for (const path of [
      ...["notes.txt", ".hidden.ckpt", ".git/x.ckpt", "fifo.ckpt", "link.ckpt", "pod/set/inventory.img", "pod/set"],
      ...["pod/set/.secret", "pod/nothing.tar", "pod.tar", "pod/../.hidden.ckpt"],
    ]) {
      const response = await fetch(`${address}images/${path.replaceAll("/..", "/%2e%2e")}`);
      expect(response.status, path).toBe(404);
      expect(response.headers.get("access-control-allow-origin"), path).toBeNull();
    }
    const tar = await (await fetch(`${address}images/pod/set.tar`)).text();
    expect(tar).toContain("inventory.img");
    expect(tar).not.toContain(".secret");
  });

  test("answers preflight requests, for images with what they may be sent", async () => {
    const served = await listen(folderHandler(folder, page, io), {
      preflight: (path) => preflightHeaders(folder, path, io),
    });
    try {
      const preflight = (path: string) => fetch(served.address + path, { method: "OPTIONS" });
      const image = await preflight("images/first.ckpt");
      expect([image.status, image.headers.get("access-control-allow-headers")]).toEqual([204, "Range"]);
      expect(image.headers.get("access-control-allow-origin")).toBe("*");
      const other = await preflight("images/notes.txt");
      expect([other.status, other.headers.get("access-control-allow-origin")]).toEqual([204, null]);
      expect(other.headers.get("allow")).toBe("GET, HEAD, OPTIONS");
    } finally {
      await served.close();
    }
  });

  test("lets no other page frame it", async () => {
    for (const path of ["", "page/"]) {
      const { headers } = await fetch(address + path);
      expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
      expect(headers.get("x-frame-options")).toBe("DENY");
    }
  });

  test("answers only requests to names that it knows on every interface", async () => {
    const { request } = await import("node:http");
    const served = await listen(folderHandler(folder, page, io), { host: "0.0.0.0", names: ["images.example"] });
    const { port } = new URL(served.address);
    const statusFor = (host: string) =>
      new Promise((resolve) =>
        request(`http://127.0.0.1:${port}/`, { headers: { host } }, ({ statusCode }) => resolve(statusCode)).end(),
      );
    try {
      for (const host of [
        "127.0.0.1",
        "10.1.2.3",
        "[fe80::1]",
        "localhost",
        hostname(),
        "images.example",
        "IMAGES.example.",
      ]) {
        expect(await statusFor(`${host}:${port}`), host).toBe(200);
      }
      for (const host of ["evil.example", "127.0.0.1.evil.example", "images.example.evil.example", ""]) {
        expect(await statusFor(`${host}:${port}`), host).toBe(403);
      }
    } finally {
      await served.close();
    }
  });

  test("serves nothing outside the directory", async () => {
    for (const path of [
      "images/..%2f..%2fetc/passwd",
      "images/out.ckpt",
      "images/",
      "images/pod",
      "page/..%2f..%2fetc/passwd",
      "x",
    ]) {
      expect((await fetch(address + path)).status, path).toBe(404);
    }
  });
});

test("the index says that the directory has more entries than were examined", () => {
  const index = (isCut: boolean) => indexPage({ images: [], isCut }, "http://127.0.0.1:1");
  expect(index(true)).toContain("Only the first 5,000 entries of the directory were examined");
  expect(index(false)).not.toContain("Only the first");
});
