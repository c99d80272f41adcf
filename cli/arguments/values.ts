// The values that options accept, with their meanings. Modules that pull in decoders are loaded only when needed.

import { DIALECT_NAMES } from "../../app/decoder/linux-cr/catalogue/dialect-names.ts";
import { CHANGE_KINDS, type ChangeKind } from "../../app/diff/changes.ts";
import { MAPPING_KINDS } from "../../app/model/mappings.ts";
import { FILE_KINDS, kindWord } from "../../app/model/names/names.ts";
import { RESOURCES } from "../../app/resources/resources.ts";
import type { Value, Values } from "./spec.ts";

const KIND_MEANINGS: Readonly<Record<ChangeKind, string>> = {
  "task-added": "a task exists only after",
  "task-removed": "a task exists only before",
  "task-renamed": "the command name of a task changed",
  "fd-opened": "a descriptor exists only after",
  "fd-closed": "a descriptor exists only before",
  "close-on-exec": "a descriptor's close-on-exec flag was set or cleared",
  "file-path": "the path of an open file changed, or the file was unlinked",
  "file-pos": "the position of an open file changed",
  "file-flags": "the flags of an open file changed",
  "file-mode": "the mode of an open file changed",
  "file-version": "the version of an open file changed",
  "file-shared": "an open file gained a holder",
  "file-unshared": "an open file lost a holder",
  "table-shared": "a task started to share a file table",
  "table-unshared": "a task stopped sharing a file table",
  "file-detail": "the state, address, size or a count of an open file changed",
  "file-linked": "the peer, other end or watched files of an open file changed",
  "task-detail": "the state, parent, executable, directory or user of a task changed",
  "resource-added": "a mapping, socket, limit or other row of a table of resources exists only after",
  "resource-removed": "a row of a table of resources exists only before",
  "resource-changed": "a value in a row of a table of resources changed",
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
