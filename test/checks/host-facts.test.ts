// Reading files of facts: they come from other machines and may be cut, edited, or of another version.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkImage } from "../../app/checks/check.ts";
import { FACTS_SHAPE, type HostFacts, looksLikeFacts, readFacts } from "../../app/checks/host/facts.ts";
import { indexFacts } from "../../app/checks/host/host.ts";
import { type HostFinding, verdictOf } from "../../app/checks/host/report.ts";
import { HOST_RULES } from "../../app/checks/host/rules.ts";
import { schemaOf } from "../../app/checks/host/shape.ts";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource } from "../../app/decoder/source.ts";
import { encode } from "../../app/encoder/encode.ts";
import type { Details } from "../../app/model/fields.ts";
import { decodeText, encodeText } from "../../app/model/text/text.ts";
import { setSources } from "../support/criu.ts";
import { criuSet, imageBytes, type Message } from "../support/criu-set.ts";
import { putTogether, setField, takeApart } from "../support/edit-image.ts";
import { withFile } from "../support/edit-set.ts";
import { PLAIN } from "../support/host-facts.ts";
import { fixtureBytes } from "../support/open.ts";
import { openSources } from "../support/resources.ts";

const refused = (text: string): string => {
  const read = readFacts(text);
  return "refused" in read ? read.refused : "";
};
const edited = (edit: (facts: Record<string, unknown>) => void): string => {
  const facts = structuredClone(PLAIN) as unknown as Record<string, unknown>;
  edit(facts);
  return JSON.stringify(facts);
};

describe("facts", () => {
  test("are read as they are written", () => {
    expect(readFacts(JSON.stringify(PLAIN))).toEqual({ facts: PLAIN });
    expect(looksLikeFacts(JSON.stringify(PLAIN, null, 2).slice(0, 500))).toBe(true);
  });

  test("may begin with a byte order mark", () => {
    expect(readFacts(`\ufeff${JSON.stringify(PLAIN)}`)).toEqual({ facts: PLAIN });
  });

  test("may have keys that this version does not know, and lack lists", () => {
    expect(refused(edited((facts) => Object.assign(facts, { later: [1], files: undefined, sockets: undefined })))).toBe(
      "",
    );
  });

  test("cut anywhere are refused with a sentence", () => {
    const text = JSON.stringify(PLAIN);
    for (let end = 0; end < text.length; end += 7)
      expect(refused(text.slice(0, end))).toMatch(/^This is not a file of host facts.*\.$/);
  });

  test.each([
    [
      "of another version",
      (facts: Record<string, unknown>) => Object.assign(facts, { schema: 2 }),
      /schema version 2; .* reads version 1/,
    ],
    [
      "of no version",
      (facts: Record<string, unknown>) => Object.assign(facts, { schema: undefined }),
      /schema version none/,
    ],
    [
      "of another kind",
      (facts: Record<string, unknown>) => Object.assign(facts, { kind: "x" }),
      /not a file of host facts/,
    ],
    [
      "with a wrong type",
      (facts: Record<string, unknown>) => Object.assign(facts, { pids: [1, "2"] }),
      /pids\[1\] is not a whole number/,
    ],
    [
      "without a key",
      (facts: Record<string, unknown>) => Object.assign(facts, { kernel: {} }),
      /kernel\.release is missing/,
    ],
    [
      "with a text of escapes",
      (facts: Record<string, unknown>) => Object.assign(facts, { sysctls: { "\u001b[31m": 1 } }),
      /sysctls\.\\x1b\[31m is not text/,
    ],
  ])("%s are refused with a sentence", (_, edit, sentence) => {
    expect(refused(edited(edit))).toMatch(sentence);
  });

  test("that are other JSON are refused", () => {
    for (const text of [
      "null",
      "[]",
      "3",
      '"x"',
      "{}",
      `{"kind":"host-facts"}`,
      `${"[".repeat(10_000)}${"]".repeat(10_000)}`,
    ]) {
      expect(refused(text)).not.toBe("");
    }
  });
});

describe("hostile facts", () => {
  const nested = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`;
  const plain = JSON.stringify(PLAIN);
  /** The facts with a key in front, in JSON that JSON.stringify would not write. */
  const withKey = (key: string, json: string): string => `{${JSON.stringify(key)}:${json},${plain.slice(1)}`;

  test.each(["schema", "pids", "made", "kernel"])(
    "that are nested deeply under %s are refused with a sentence",
    (key) => {
      const facts = { ...PLAIN, [key]: "here" };
      const text = JSON.stringify(facts).replace('"here"', nested(200_000));
      expect(refused(text)).toMatch(/^The facts (have schema version none|are damaged: ).*\.$/);
    },
  );

  test("may be nested deeply under a key that nothing reads", () => {
    expect(refused(withKey("later", nested(200_000)))).toBe("");
  });

  test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
    "with the key %s change no object",
    async (key) => {
      const read = readFacts(withKey(key, '{"polluted":true}').replace('"sysctls":{', `"sysctls":{"${key}":"9",`));
      if ("refused" in read) throw new Error(read.refused);
      const image = await openImage([bytesSource("image", fixtureBytes("linux-cr/v23-s1/before.ckpt"))]);
      if ("refused" in image) throw new Error(image.refused);
      const found = async (facts: HostFacts) => (await checkImage(image, { host: { facts: indexFacts(facts) } })).host;
      expect(await found(read.facts)).toEqual(await found(PLAIN));
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    },
  );

  test("have names that are shortened", async () => {
    const made = { ...PLAIN.made, host: "h".repeat(1_000_000), at: "a".repeat(1_000_000) };
    const image = await openImage([bytesSource("image", fixtureBytes("linux-cr/v23-s1/before.ckpt"))]);
    if ("refused" in image) throw new Error(image.refused);
    const { host } = await checkImage(image, { host: { facts: indexFacts({ ...PLAIN, made }) } });
    expect(JSON.stringify(host).length).toBeLessThan(100_000);
  });
});

test("public/schema/facts.schema.json describes the facts", () => {
  const schema = JSON.parse(readFileSync(new URL("../../public/schema/facts.schema.json", import.meta.url), "utf8"));
  const { type, required, properties } = schemaOf(FACTS_SHAPE);
  expect({ type: schema.type, required: schema.required, properties: schema.properties }).toEqual({
    type,
    required,
    properties,
  });
});

/** One task with one open file. */
function imageOf(kind: string, details: Details): Uint8Array {
  const task = { pid: 9, ppid: 0, tgid: 9, comm: "sh", state: null, fileTable: 1 };
  const file = { id: 2, kind, path: null, pos: "0", version: "0", flags: 2, mode: 3, details };
  const table = { id: 1, fds: [{ fd: 0, closeOnExec: false, file: 2 }] };
  const description = { tasks: [task], fileTables: [table], files: [file] };
  return Buffer.concat([...encode(description, { dialect: "v23-rc2" })]);
}

describe("an image of Linux-CR and a host", () => {
  const OLD: HostFacts = { ...PLAIN, cpu: { model: "processor", flags: ["fpu", "fxsr"] } };
  const compared = async (facts: HostFacts, path = "linux-cr/v23-s1/before.ckpt") => {
    const image = await openImage([bytesSource("image", fixtureBytes(path))]);
    if ("refused" in image) throw new Error(image.refused);
    const { host, demands } = await checkImage(image, { host: { facts: indexFacts(facts) } });
    return { host, demands: demands?.list ?? [], codes: host?.findings.map(({ code }) => code) ?? [] };
  };

  test("are compared by kernel, pids and paths, and not by sizes", async () => {
    const { demands } = await compared(PLAIN);
    const paths = demands.flatMap((demand) => (demand.kind === "file" ? [demand.key] : []));
    const pids = demands.flatMap((demand) => (demand.kind === "pid" ? [demand.id] : []));
    const machine = demands.find((demand) => demand.kind === "machine");
    const release = `${machine?.kind === "machine" ? machine.release : ""}-rc2`;
    const there = paths.map((path) => ({ path, type: "regular", mode: 0o100600, size: "1" }));
    const kernel = {
      ...PLAIN.kernel,
      release,
      machine: machine?.kind === "machine" && machine.arch === "x86-32" ? "i686" : "x86_64",
    };
    expect(paths.length).toBeGreaterThan(0);
    expect(pids.length).toBeGreaterThan(0);
    expect((await compared({ ...OLD, kernel, files: there })).codes).toEqual([]);
    const gone = paths.map((path) => ({ path, type: "missing" }));
    const { codes } = await compared({ ...OLD, files: gone, pids: [pids[0] ?? 0] });
    expect(codes).toEqual(["host-kernel", "host-pid-used", ...gone.map(() => "host-file-missing")]);
  });

  test("differ by the processor's floating-point state, in both directions", async () => {
    const withFlags = async (flags: readonly string[]) => {
      const { host } = await compared({ ...OLD, cpu: { model: "processor", flags: ["fpu", ...flags] } });
      return host?.findings.filter(({ code }) => code === "host-cpu-feature").map(({ message }) => message);
    };
    expect(await withFlags(["fxsr"])).toEqual([]);
    expect(await withFlags(["fxsr", "xsave"])).toEqual([
      "The processor (processor) has xsave, but the dump's processor did not.",
    ]);
    expect(await withFlags([])).toEqual(["The processor (processor) lacks fxsr, but the image has its registers."]);
  });

  test("differ by AVX, which the size of the floating-point state shows", async () => {
    const parts = await takeApart(fixtureBytes("linux-cr/v23-s1/before.ckpt"));
    const withState = async (size: number, flags: readonly string[]) => {
      const fields = { has_fxsr: 1, has_xsave: 1, xstate_size: size };
      let other = parts;
      for (const [name, value] of Object.entries(fields)) other = setField(other, "HEADER_ARCH", 0, name, value);
      const image = await openImage([bytesSource("image", putTogether(other))]);
      if ("refused" in image) throw new Error(image.refused);
      const facts = { ...OLD, cpu: { model: "processor", flags: ["fxsr", "xsave", ...flags] } };
      const { host } = await checkImage(image, { host: { facts: indexFacts(facts) } });
      return host?.findings.filter(({ code }) => code === "host-cpu-feature").map(({ message }) => message);
    };
    expect(await withState(832, ["avx"])).toEqual([]);
    expect(await withState(832, [])).toEqual(["The processor (processor) lacks avx, but the image has its registers."]);
    expect(await withState(576, [])).toEqual([]);
    expect(await withState(576, ["avx"])).toEqual([
      "The processor (processor) has avx, but the dump's processor did not.",
    ]);
    // Of another size, nothing is known of AVX.
    expect(await withState(640, ["avx"])).toEqual([]);
  });

  test("differ by addresses in use", async () => {
    const path = "linux-cr/socket-remote/before.ckpt";
    const { demands } = await compared(OLD, path);
    const listening = demands.flatMap((demand) => (demand.kind === "address" ? [demand] : []));
    // Its connections are not bound again.
    expect(listening).toMatchObject([{ protocol: "tcp", address: "127.0.0.1", port: 58_693, isListening: true }]);
    const socket = {
      protocol: "tcp",
      state: "listen",
      local: "0.0.0.0:58693",
      remote: null,
      reuse: null,
      v6Only: null,
      pid: 7,
      name: "other",
    };
    const { host } = await compared({ ...OLD, sockets: [socket] }, path);
    // The kernel binds TCP sockets with sk_reuse 2.
    expect(host?.findings.filter(({ code }) => code === "host-address-used")).toMatchObject([
      { errno: null, actual: "listen 0.0.0.0:58693 (pid 7 other)", verdict: "different" },
    ]);
    expect((await compared({ ...OLD, sockets: [{ ...socket, local: "0.0.0.0:80" }] }, path)).codes).not.toContain(
      "host-address-used",
    );
  });

  test("differ by addresses that are refused: of UDP without SO_REUSEADDR, and of IPv6 on no interface", async () => {
    const found = async (details: Details, facts: Partial<HostFacts>) => {
      const image = await openImage([bytesSource("image", imageOf("socket", details))]);
      if ("refused" in image) throw new Error(image.refused);
      const { host } = await checkImage(image, { host: { facts: indexFacts({ ...OLD, ...facts }) } });
      return host?.findings
        .filter(({ code }) => code.startsWith("host-address"))
        .map(({ errno, severity }) => errno ?? severity);
    };
    const udp = { family: "inet", type: "dgram", protocol: "udp", state: "close", local: "127.0.0.1:53" };
    const other = {
      protocol: "udp",
      state: "bound",
      local: "127.0.0.1:53",
      remote: null,
      v6Only: null,
      pid: 7,
      name: "other",
    };
    const inUse = (reuse: boolean | null) => found(udp, { sockets: [{ ...other, reuse }] });
    expect([await inUse(false), await inUse(null), await inUse(true)]).toEqual([["EADDRINUSE"], ["warning"], []]);
    const tcp = { family: "inet", type: "stream", protocol: "tcp", state: "listen", local: "192.0.2.1:80" };
    const interfaces = [{ name: "lo", up: true, addresses: ["127.0.0.1"] }];
    expect(await found(tcp, { interfaces })).toEqual(["warning"]);
    expect(await found({ ...tcp, family: "inet6", local: "[2001:db8::1]:80" }, { interfaces })).toEqual([
      "EADDRNOTAVAIL",
    ]);
  });

  test("differ by abstract names in use, which only sockets without a connection are bound to", async () => {
    const names = async (state: string) => {
      const details = { family: "unix", type: "stream", state, local: "@name" };
      const image = await openImage([bytesSource("image", imageOf("socket", details))]);
      if ("refused" in image) throw new Error(image.refused);
      const { demands } = await checkImage(image, { host: { facts: indexFacts(OLD) } });
      return demands?.list.flatMap((demand) => (demand.kind === "socket-name" ? [decodeText(demand.path)] : []));
    };
    expect(await names("listen")).toEqual(["\0name"]);
    expect(await names("close")).toEqual(["\0name"]);
    expect(await names("established")).toEqual([]);
  });

  test("differ by limits on descriptors", async () => {
    const highest = (await compared(OLD)).demands.find((demand) => demand.kind === "descriptors")?.fd ?? 0;
    const withLimit = async (soft: number) => {
      const { codes } = await compared({
        ...OLD,
        limits: [{ resource: "RLIMIT_NOFILE", soft: String(soft), hard: "4096" }],
      });
      return codes.includes("host-descriptor-limit");
    };
    expect(highest).toBeGreaterThan(0);
    expect(await withLimit(highest)).toBe(true);
    expect(await withLimit(highest + 1)).toBe(false);
  });

  test("differ by the number of a pseudo-terminal", async () => {
    const image = await openImage([bytesSource("image", imageOf("tty", { index: 3, side: "slave" }))]);
    if ("refused" in image) throw new Error(image.refused);
    const codes = async (ptys: readonly number[]) => {
      const { host } = await checkImage(image, { host: { facts: indexFacts({ ...OLD, ptys }) } });
      return host?.findings.filter(({ code }) => code === "host-pty-used").map(({ message }) => message);
    };
    expect(await codes([0, 2])).toEqual([]);
    expect(await codes([0, 3])).toEqual(["/dev/pts/3 is in use."]);
  });
});

describe("the file systems that a restore mounts", () => {
  const SET = setSources("verdicts/mnt");
  const compared = async (filesystems: readonly string[] | undefined, sources = SET) => {
    const image = await openSources(sources);
    const { filesystems: _, ...rest } = PLAIN;
    const facts: HostFacts = filesystems === undefined ? rest : { ...rest, filesystems };
    return (await checkImage(image, { host: { facts: indexFacts({ ...facts, made: { ...facts.made, root: "/r" } }) } }))
      .host;
  };
  const missing = async (filesystems: readonly string[], sources = SET) =>
    (await compared(filesystems, sources))?.findings
      .filter(({ code }) => code === "host-filesystem-missing")
      .map(({ recorded, severity }) => `${severity} ${recorded}`);

  test("are those that the kernel has to know, without the root's", async () => {
    expect(await missing(["proc", "tmpfs"])).toEqual([]);
    expect(await missing(["proc"])).toEqual(["warning tmpfs"]);
    expect(await missing([])).toEqual(["warning tmpfs", "warning proc"]);
  });

  test("are not those of which only a part is mounted: that is bound from another mount", async () => {
    const mount = (id: number, at: string, root: string): Message => [
      [1, 5],
      [2, id],
      [3, 8],
      [4, id === 1 ? 0 : 1],
      [5, 0],
      [6, root],
      [7, at],
      [8, "none"],
      [9, ""],
    ];
    const withMount = (root: string) =>
      withFile(SET, "mountpoints-9.img", imageBytes("MNTS", [mount(1, "./", "/"), mount(2, "./data", root)]));
    expect(await missing([], withMount("/"))).toEqual(["warning tmpfs"]);
    expect(await missing([], withMount("/srv/data"))).toEqual([]);
  });

  test("are not compared with facts that lack them", async () => {
    const rows = (await compared(undefined))?.rows.filter(({ what }) => what.startsWith("file system "));
    expect(rows?.map(({ state }) => state)).toEqual(["unknown", "unknown"]);
  });
});

describe("text in findings", () => {
  /** The messages of a set of one task with a profile of AppArmor, on a machine without. */
  const messages = async (profile: Uint8Array, facts: Partial<HostFacts> = {}) => {
    const zeros = [1, 2, 3, 4, 5, 6, 7, 8].map((field) => [field, 0] as const);
    const creds = [...zeros, [13, 0], [15, profile]] as const;
    const task = [...zeros.slice(0, 5), [6, "task"]] as const;
    const thread = [
      [1, 0],
      [2, 0],
      [10, creds],
    ] as const;
    const core = [
      [1, 1],
      [3, task],
      [5, thread],
    ] as const;
    const inventory = [
      [1, 2],
      [2, 1],
      [6, 2],
    ] as const;
    let set = criuSet(1, 1);
    set = withFile(set, "inventory.img", imageBytes("INVENTORY", [inventory]));
    set = withFile(set, "core-1000.img", imageBytes("CORE", [core]));
    const { host } = await checkImage(await openSources(set), { host: { facts: indexFacts({ ...PLAIN, ...facts }) } });
    return host?.findings.map(({ message }) => message) ?? [];
  };

  test("has the exact bytes of a security profile", async () => {
    expect(await messages(Uint8Array.of(0x61, 0xff))).toContain(
      "A task has the apparmor profile a\\xff, and apparmor is not loaded.",
    );
  });

  test("is shortened, whether it is from the image or from the facts", async () => {
    const long = "x".repeat(100_000);
    const kernel = { ...PLAIN.kernel, machine: `i686${long}` };
    const found = await messages(encodeText(long), { kernel, security: [long] });
    expect(found.length).toBeGreaterThan(1);
    for (const message of found) expect(message.length).toBeLessThan(1000);
    expect(found.join("\n")).toContain("xx… (100,000 characters)");
  });
});

describe("the verdict on a host", () => {
  const rules = new Map(HOST_RULES.filter(({ format }) => format === "criu").map((rule) => [rule.code, rule]));
  const verdict = (...found: readonly (readonly [code: string, verdict: HostFinding["verdict"]])[]) =>
    verdictOf(
      found.map(([code, verdict]) => ({ code, verdict }) as HostFinding),
      rules,
    );

  test("is that of the worst finding", () => {
    expect(verdict()).toBe("none");
    expect(verdict(["host-kernel", "fine"])).toBe("none");
    expect(verdict(["host-build-id", "different"])).toBe("different");
    expect(verdict(["host-build-id", "different"], ["host-file-missing", "refused"])).toBe("refused");
  });

  test("is uncertain if a warning may stand for a refusal", () => {
    expect(verdict(["host-build-id", "different"], ["host-filesystem-missing", "different"])).toBe("uncertain");
    expect(verdict(["host-filesystem-missing", "different"], ["host-file-missing", "refused"])).toBe("refused");
  });
});
