// What is looked at ⇄ the fragment of the page's address. Things are named as a user would name them (pid, fd,
// path), never by rows or ids of one dump. Each part is read by itself: a bad one loses itself only.
//
//   #v=1&sample=nginx&side=after&select=412:3&tab=files&filter=kind:pipe&sort=-pos&columns=path,pos

import { COLUMNS, LISTINGS, type Listing } from "../model/columns.ts";
import { decodeText, encodeText } from "../model/text.ts";

/** The version of links that this writes. */
export const LINK_VERSION = 1;

/** A thing in an image, by what stays the same between dumps. */
export type Name =
  | { readonly to: "task"; readonly task: number }
  | { readonly to: "table"; readonly task: number }
  | { readonly to: "descriptor"; readonly task: number; readonly fd: number }
  /** The open file behind a descriptor. */
  | { readonly to: "file"; readonly task: number; readonly fd: number }
  /** An open file that no descriptor leads to. */
  | { readonly to: "path"; readonly path: string }
  | { readonly to: "record"; readonly member: number; readonly offset: number };

export interface Link {
  readonly sample?: string;
  readonly side?: "before" | "after";
  readonly select?: Name;
  readonly tab?: Listing;
  /** Of the listing that `tab` names. */
  readonly filter?: string;
  readonly sort?: { readonly column: string; readonly descending: boolean };
  readonly columns?: readonly string[];
}

/** The fragment, without `#`; empty for an empty link. */
export function toFragment(link: Link): string {
  const parts: string[] = [];
  const add = (key: string, value: string | undefined) => {
    if (value !== undefined) parts.push(`${key}=${escaped(value)}`);
  };
  add("sample", link.sample);
  add("side", link.side);
  add("select", link.select && toText(link.select));
  add("tab", link.tab);
  add("filter", link.filter);
  add("sort", link.sort && `${link.sort.descending ? "-" : ""}${link.sort.column}`);
  add("columns", link.columns?.join(","));
  return parts.length === 0 ? "" : [`v=${LINK_VERSION}`, ...parts].join("&");
}

/** As encodeURIComponent, but what a fragment may hold is left readable. A lone surrogate becomes U+FFFD. */
const escaped = (text: string): string =>
  encodeURIComponent(decodeText(encodeText(text))).replace(/%(?:3A|2F|2C|40|3E|3C|5B|5D)/g, (code) => {
    const character = decodeURIComponent(code);
    return "<>[]".includes(character) ? code : character;
  });

/** Reads a fragment (with or without `#`). Never throws; what is not understood is left out. */
export function fromFragment(fragment: string): Link {
  const values = new Map<string, string>();
  for (const part of fragment.replace(/^#/, "").split("&")) {
    const equals = part.indexOf("=");
    if (equals <= 0) continue;
    const value = unescaped(part.slice(equals + 1));
    const key = part.slice(0, equals);
    if (value !== null && !values.has(key)) values.set(key, value);
  }
  const link: { -readonly [K in keyof Link]: Link[K] } = {};
  const sample = values.get("sample");
  if (sample !== undefined && /^[a-z0-9-]+$/.test(sample)) link.sample = sample;
  const side = values.get("side");
  if (side === "before" || side === "after") link.side = side;
  const select = fromText(values.get("select") ?? "");
  if (select !== null) link.select = select;
  const tab = LISTINGS.find((listing) => listing === values.get("tab"));
  if (tab !== undefined) link.tab = tab;
  const filter = values.get("filter");
  if (filter) link.filter = filter;
  const shown = COLUMNS[tab ?? "descriptors"].map(({ id }) => id);
  const sort = /^(-?)([a-z]+)$/.exec(values.get("sort") ?? "");
  if (sort && shown.includes(sort[2] as string)) link.sort = { column: sort[2] as string, descending: sort[1] === "-" };
  const named = values.get("columns")?.split(",") ?? [];
  const columns = shown.filter((id) => named.includes(id));
  if (columns.length > 0) link.columns = columns;
  return link;
}

const unescaped = (text: string): string | null => {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return null;
  }
};

/** `412`, `table:412`, `412:3`, `file:412:3`, `path:/var/log/x`, `record:0:4096`. */
export function toText(name: Name): string {
  switch (name.to) {
    case "task":
      return String(name.task);
    case "table":
      return `table:${name.task}`;
    case "descriptor":
      return `${name.task}:${name.fd}`;
    case "file":
      return `file:${name.task}:${name.fd}`;
    case "path":
      return `path:${name.path}`;
    case "record":
      return `record:${name.member}:${name.offset}`;
  }
}

/** Reads what `toText` writes; `null` for anything else. */
export function fromText(text: string): Name | null {
  if (text.startsWith("path:") && text.length > 5) return { to: "path", path: text.slice(5) };
  const match = /^(?:(table|file|record):)?(\d{1,16})(?::(\d{1,16}))?$/.exec(text);
  if (match === null) return null;
  const kind = match[1];
  const first = Number(match[2]);
  const second = match[3] === undefined ? null : Number(match[3]);
  if (second === null) {
    if (kind === undefined) return { to: "task", task: first };
    return kind === "table" ? { to: "table", task: first } : null;
  }
  if (kind === undefined) return { to: "descriptor", task: first, fd: second };
  if (kind === "file") return { to: "file", task: first, fd: second };
  return kind === "record" ? { to: "record", member: first, offset: second } : null;
}
