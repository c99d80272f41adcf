// The values that options accept, with their meanings. Modules that pull in decoders are loaded only when needed.

import { DIALECT_NAMES } from "../../app/decoder/linux-cr/dialect-names.ts";
import { CHANGE_KINDS, type ChangeKind } from "../../app/diff/changes.ts";
import { MAPPING_KINDS } from "../../app/model/mappings.ts";
import { FILE_KINDS, kindWord } from "../../app/model/names.ts";
import { RESOURCES } from "../../app/resources/resources.ts";
import type { Value, Values } from "./spec.ts";

const KIND_MEANINGS: Readonly<Record<ChangeKind, string>> = {
  "task-added": "a task exists only after",
  "task-removed": "a task exists only before",
  "task-renamed": "a task has another command name",
  "fd-opened": "a descriptor exists only after",
  "fd-closed": "a descriptor exists only before",
  "close-on-exec": "a descriptor's close-on-exec flag was set or cleared",
  "file-path": "an open file has another path, or its file was unlinked",
  "file-pos": "an open file has another position",
  "file-flags": "an open file has other flags",
  "file-mode": "an open file has another mode",
  "file-version": "an open file has another version",
  "file-shared": "an open file gained a holder",
  "file-unshared": "an open file lost a holder",
  "table-shared": "a task started to share a file table",
  "table-unshared": "a task stopped sharing a file table",
  "file-detail": "an open file has another state, address, size or count",
  "file-linked": "an open file has another peer, other end or watched files",
  "task-detail": "a task has another state, parent, executable, directory or user",
  "resource-added": "a mapping, socket, limit or other row of a table of resources exists only after",
  "resource-removed": "a row of a table of resources exists only before",
  "resource-changed": "a row of a table of resources has another value",
};

export const KINDS: Values = {
  noun: "change kind",
  heading: "Change kinds",
  list: () => CHANGE_KINDS.map((name) => ({ name, meaning: KIND_MEANINGS[name] })),
};

export const FILE_KIND_NAMES: Values = {
  noun: "kind of open file",
  heading: "Kinds of open file",
  list: () => FILE_KINDS.map((name) => ({ name: kindWord(name) })),
};

export const RESOURCE_NAMES: Values = {
  noun: "resource",
  heading: "Resources",
  list: () => RESOURCES.map(({ name, meaning }) => ({ name, meaning: meaning.replace(/\.$/, "") })),
};

export const MAPPING_KIND_NAMES: Values = {
  noun: "kind of mapping",
  heading: "Kinds of mapping",
  list: () => MAPPING_KINDS.map((name) => ({ name })),
};

export const CODES: Values = {
  noun: "check",
  heading: "Check codes",
  async list() {
    const { RULES } = await import("../../app/checks/check.ts");
    const values = new Map<string, Value>();
    for (const { code, title } of RULES) if (!values.has(code)) values.set(code, { name: code, meaning: title });
    return [...values.values()];
  },
};

export const FACT_PARTS: Values = {
  noun: "part",
  heading: "Parts of the facts",
  async list() {
    const { PARTS } = await import("../facts/parts.ts");
    return Object.entries(PARTS).map(([name, meaning]) => ({ name, meaning }));
  },
};

export const DIALECTS: Values = {
  noun: "dialect",
  heading: "Dialects",
  list: () => DIALECT_NAMES.map((name) => ({ name })),
};

export const OUTPUT_DIALECTS: Values = {
  noun: "output dialect",
  async list() {
    const { WRITABLE_DIALECTS } = await import("../../app/encoder/encode.ts");
    return WRITABLE_DIALECTS.map((name) => ({ name }));
  },
};

export const LEFT_OUT: Values = {
  noun: "value",
  async list() {
    const { LEAVE_OUT } = await import("../../app/link/leave-out.ts");
    return LEAVE_OUT.map((name) => ({ name }));
  },
};

export const SHELLS: Values = {
  noun: "shell",
  list: () => [{ name: "bash" }, { name: "zsh" }, { name: "fish" }],
};

export const ENGINES: Values = {
  noun: "engine",
  list: () => [{ name: "criu" }, { name: "crac" }],
};
