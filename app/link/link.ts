// The view ⇄ the fragment of the page's URL. Objects are named as a user would name them (pid, fd, path), never by rows
// or ids of one dump. Each part is parsed separately: an invalid part is dropped, the others are kept.
//
//   #v=1&sample=nginx&side=after&select=412:3&tab=files&filter=kind:pipe&sort=-pos&columns=path,pos
//   &bytes=0:3741-3744
//   &memory=412:7ffd8000
//   &change=file-pos:412:3&off=file-mode,file-version&changes=path:/var/log&expected=hidden&by=task
//   &view=one&rows=all&order=swapped
//   #v=1&open=https://host/a.ckpt&with=https://host/b.ckpt&zoom=1.25,-340,0&hide=tree&descriptors.filter=fd:3
//   #v=1&data=…

import { CHANGE_KINDS, type ChangeKind } from "../diff/changes.ts";
import type { ChangeName } from "../diff/lists/about.ts";
import { NONE } from "../model/checkpoint.ts";
import { LISTINGS, type Listing } from "../model/listings/column.ts";
import { COLUMNS } from "../model/listings/columns.ts";
import { decodeText, encodeText } from "../model/text/text.ts";

/** The version of links that this writes. */
const LINK_VERSION = 1;

/** An object of an image, identified by what stays the same between dumps. */
export type Name =
  | { readonly to: "task"; readonly task: number }
  | { readonly to: "table"; readonly task: number }
  | { readonly to: "descriptor"; readonly task: number; readonly fd: number }
  /** The open file behind a descriptor. */
  | { readonly to: "file"; readonly task: number; readonly fd: number }
  /** An open file that no descriptor refers to. */
  | { readonly to: "path"; readonly path: string }
  | { readonly to: "record"; readonly member: number; readonly offset: number };

/** How a listing is shown, where that differs from the default. */
export interface ListingLink {
  readonly filter?: string;
  /** `none`: in the image's order. */
  readonly sort?: { readonly column: string; readonly descending: boolean } | "none";
  readonly columns?: readonly string[];
  /** Column by whose values rows are grouped. */
  readonly group?: string;
}

/** Levels of detail of the drawing, from coarse to fine. */
const ZOOM_LEVELS = ["map", "bars", "words"] as const;

/**
 * The zoom of the drawing: its scale, and the position of its top left corner in CSS pixels. `level` if the user zoomed
 * to another level of detail, `at` the place there, in slots from the first one.
 */
export interface ZoomLink {
  readonly k: number;
  readonly x: number;
  readonly y: number;
  readonly level?: (typeof ZOOM_LEVELS)[number];
  readonly at?: number;
}

/** What the user chose for an image: its dialect, and one of several image sets. */
export interface ChoiceLink {
  readonly dialect?: string;
  readonly set?: string;
}

/** Panels that can be hidden. */
export const HIDABLE = ["tree", "drawing", "tables", "inspector"] as const;
export type Hidable = (typeof HIDABLE)[number];

export interface Link {
  readonly sample?: string;
  /** Address of a hosted image, as in the link: `addressOf` must check it before it is fetched. */
  readonly open?: string;
  /** Address of the image that `open` is compared with. */
  readonly with?: string;
  /** Of the first image and, in a pair, of the second. */
  readonly first?: ChoiceLink;
  readonly second?: ChoiceLink;
  /** The images themselves, packed (bundle.ts). */
  readonly data?: string;
  readonly side?: "before" | "after";
  readonly select?: Name;
  readonly tab?: Listing;
  /** Of the listing that `tab` names. */
  readonly filter?: string;
  readonly sort?: { readonly column: string; readonly descending: boolean } | "none";
  readonly columns?: readonly string[];
  readonly group?: string;
  /**
   * Bytes are shown in the tables' place, these selected: `from` is where the selection began,
   * `to` where the cursor is.
   */
  readonly bytes?: { readonly member: number; readonly from: number; readonly to: number };
  /** `restore`: what a restore needs is shown in the tables' place. */
  readonly show?: "restore";
  /** Memory is shown in the tables' place: at this address (hexadecimal digits) of a task's memory. */
  readonly memory?: { readonly space: number; readonly address: string };
  /** The table of a resource that is shown in the tables' place, as in the link: there may be no such resource. */
  readonly resource?: Omit<ListingLink, "columns"> & { readonly name: string };
  /** The other listings. */
  readonly others?: Readonly<Partial<Record<Listing, ListingLink>>>;
  readonly zoom?: ZoomLink;
  readonly hide?: readonly Hidable[];
  /** For a comparison: the selected change. */
  readonly change?: ChangeName;
  /** Kinds of change that are switched off. */
  readonly off?: readonly ChangeKind[];
  /** Words that the listed changes match. */
  readonly changes?: string;
  /** Whether expected changes are hidden. */
  readonly expected?: "hidden";
  /** `security`: only changes that make something possible that was not. */
  readonly only?: "security";
  /** How changes are grouped, if not by event. */
  readonly by?: "task";
  /** `one`: the two images are not shown side by side. */
  readonly view?: "one";
  /** `all`: in the drawing and side by side, what has not changed is shown too. */
  readonly rows?: "all";
  /** The images of the sample are swapped. */
  readonly order?: "swapped";
}

/** The fragment, without `#`; empty for an empty link. */
export function toFragment(link: Link): string {
  const parts: string[] = [];
  const add = (key: string, value: string | undefined) => {
    if (value !== undefined) parts.push(`${key}=${escaped(value)}`);
  };
  add("sample", link.sample);
  add("open", link.open);
  add("with", link.with);
  add("dialect", link.first?.dialect);
  add("set", link.first?.set);
  add("with.dialect", link.second?.dialect);
  add("with.set", link.second?.set);
  add("side", link.side);
  add("select", link.select && toText(link.select));
  add("tab", link.tab);
  const addListing = (prefix: string, { filter, sort, columns, group }: ListingLink) => {
    add(`${prefix}filter`, filter);
    add(`${prefix}sort`, typeof sort === "object" ? `${sort.descending ? "-" : ""}${sort.column}` : sort);
    add(`${prefix}group`, group);
    add(`${prefix}columns`, columns?.join(","));
  };
  addListing("", link);
  for (const listing of LISTINGS) addListing(`${listing}.`, link.others?.[listing] ?? {});
  add("bytes", link.bytes && bytesPlace(link.bytes));
  add("show", link.show);
  add("memory", link.memory && `${link.memory.space}:${link.memory.address}`);
  add("resource", link.resource?.name);
  if (link.resource !== undefined) addListing("resource.", { ...link.resource });
  add("change", link.change && changeText(link.change));
  add("off", link.off?.join(","));
  add("changes", link.changes);
  add("expected", link.expected);
  add("only", link.only);
  add("by", link.by);
  add("view", link.view);
  add("rows", link.rows);
  add("order", link.order);
  add("zoom", link.zoom && zoomText(link.zoom));
  add("hide", link.hide?.join(","));
  // Last, so that people can read what comes before it.
  add("data", link.data);
  return parts.length === 0 ? "" : [`v=${LINK_VERSION}`, ...parts].join("&");
}

/** Like encodeURIComponent, but keeps characters readable where a fragment allows. A lone surrogate becomes U+FFFD. */
const escaped = (text: string): string =>
  encodeURIComponent(decodeText(encodeText(text))).replace(/%(?:3A|2F|2C|40|3E|3C|5B|5D)/g, (code) => {
    const character = decodeURIComponent(code);
    return "<>[]".includes(character) ? code : character;
  });

/** Values of a fragment by their keys. */
type Values = Map<string, string>;

/**
 * Upgrades the values of a link by one version: the n-th turns version n + 1 into n + 2. Links of all versions open.
 */
const UPGRADERS: readonly ((values: Values) => Values)[] = [];

/** Parses a fragment (with or without `#`). Never throws; what is not understood is left out. */
export function fromFragment(fragment: string): Link {
  if (isTooLong(fragment)) return {};
  let values: Values = new Map();
  for (const part of fragment.replace(/^#/, "").split("&")) {
    const equals = part.indexOf("=");
    if (equals <= 0) continue;
    const value = unescaped(part.slice(equals + 1));
    const key = part.slice(0, equals);
    if (value !== null && !values.has(key)) values.set(key, value);
  }
  // A link without a version, or of a later one, is read as far as it can be.
  const version = values.get("v") ?? "";
  if (/^[1-9]\d{0,3}$/.test(version)) {
    for (const upgrade of UPGRADERS.slice(Number(version) - 1)) values = upgrade(values);
  }
  const link: { -readonly [K in keyof Link]: Link[K] } = {};
  const sample = values.get("sample");
  if (sample !== undefined && /^[a-z0-9-]+$/.test(sample)) link.sample = sample;
  const open = values.get("open");
  if (open) link.open = open;
  const compared = values.get("with");
  if (compared) link.with = compared;
  const first = choiceFrom(values, "");
  if (first !== null) link.first = first;
  const second = choiceFrom(values, "with.");
  if (second !== null) link.second = second;
  const data = values.get("data");
  if (data) link.data = data;
  const side = values.get("side");
  if (side === "before" || side === "after") link.side = side;
  const select = fromText(values.get("select") ?? "");
  if (select !== null) link.select = select;
  const tab = LISTINGS.find((listing) => listing === values.get("tab"));
  if (tab !== undefined) link.tab = tab;
  const place = /^(\d{1,10}):(\d{1,15})(?:-(\d{1,15}))?$/.exec(values.get("bytes") ?? "");
  if (place) link.bytes = { member: Number(place[1]), from: Number(place[2]), to: Number(place[3] ?? place[2]) };
  if (values.get("show") === "restore") link.show = "restore";
  const memory = /^(\d{1,10}):([0-9a-f]{1,16})$/.exec(values.get("memory") ?? "");
  if (memory) link.memory = { space: Number(memory[1]), address: memory[2] ?? "0" };
  const resource = resourceFrom(values);
  if (resource !== null) link.resource = resource;
  Object.assign(link, listingFrom(values, "", tab ?? "descriptors"));
  const others: Partial<Record<Listing, ListingLink>> = {};
  for (const listing of LISTINGS) {
    const other = listingFrom(values, `${listing}.`, listing);
    if (listing !== (tab ?? "descriptors") && Object.keys(other).length > 0) others[listing] = other;
  }
  if (Object.keys(others).length > 0) link.others = others;
  const zoom = zoomFromText(values.get("zoom") ?? "");
  if (zoom !== null) link.zoom = zoom;
  const hidden = values.get("hide")?.split(",") ?? [];
  const hide = HIDABLE.filter((panel) => hidden.includes(panel));
  if (hide.length > 0) link.hide = hide;
  const change = changeFromText(values.get("change") ?? "");
  if (change !== null) link.change = change;
  const switched = values.get("off")?.split(",") ?? [];
  const off = CHANGE_KINDS.filter((kind) => switched.includes(kind));
  if (off.length > 0) link.off = off;
  const changes = values.get("changes");
  if (changes) link.changes = changes;
  if (values.get("expected") === "hidden") link.expected = "hidden";
  if (values.get("only") === "security") link.only = "security";
  if (values.get("by") === "task") link.by = "task";
  if (values.get("view") === "one") link.view = "one";
  if (values.get("rows") === "all") link.rows = "all";
  if (values.get("order") === "swapped") link.order = "swapped";
  return link;
}

function resourceFrom(values: Values): NonNullable<Link["resource"]> | null {
  const name = values.get("resource") ?? "";
  if (!/^[a-z]{1,20}$/.test(name)) return null;
  const filter = values.get("resource.filter");
  const [, dash, column = ""] = /^(-?)(\w+)$/.exec(values.get("resource.sort") ?? "") ?? [];
  return { name, ...(filter && { filter }), ...(column && { sort: { column, descending: dash === "-" } }) };
}

/** `0:3741`, or `0:3741-3744`. */
const bytesPlace = ({ member, from, to }: NonNullable<Link["bytes"]>): string =>
  `${member}:${from}${to === from ? "" : `-${to}`}`;

function choiceFrom(values: Values, prefix: string): ChoiceLink | null {
  const dialect = values.get(`${prefix}dialect`) ?? "";
  const set = values.get(`${prefix}set`);
  const isDialect = /^[a-z0-9][a-z0-9._-]{0,39}$/.test(dialect);
  return isDialect || set ? { ...(isDialect && { dialect }), ...(set && { set }) } : null;
}

function listingFrom(values: Values, prefix: string, listing: Listing): ListingLink {
  const link: { -readonly [K in keyof ListingLink]: ListingLink[K] } = {};
  const filter = values.get(`${prefix}filter`);
  if (filter) link.filter = filter;
  const shown = COLUMNS[listing].map(({ id }) => id);
  const group = values.get(`${prefix}group`);
  if (COLUMNS[listing].some(({ id, groups }) => groups && id === group)) link.group = group as string;
  const sort = /^(-?)([a-z]+)$/.exec(values.get(`${prefix}sort`) ?? "");
  if (sort?.[0] === "none") link.sort = "none";
  else if (sort && shown.includes(sort[2] as string))
    link.sort = { column: sort[2] as string, descending: sort[1] === "-" };
  const named = values.get(`${prefix}columns`)?.split(",") ?? [];
  const columns = shown.filter((id) => named.includes(id));
  if (columns.length > 0) link.columns = columns;
  return link;
}

/** The longest fragment that is parsed, in characters. */
const LONGEST = 96 * 1024;

/** Whether a fragment is longer than any that toFragment makes. Such a fragment is ignored. */
export function isTooLong(fragment: string): boolean {
  return fragment.length > LONGEST;
}

/** Whether a fragment names images, or contains them, but in a way that is not understood: it may have been cut off. */
export function isDamaged(fragment: string): boolean {
  const link = fromFragment(fragment);
  return (["sample", "open", "with", "data"] as const).some(
    (key) => link[key] === undefined && new RegExp(`(?:^#?|&)${key}=`).test(fragment),
  );
}

/** A zoom rounded for a link: to the pixel, and to a thousandth of its scale. */
export function zoomLink({ k, x, y, level, at = 0 }: ZoomLink): ZoomLink {
  // `+ 0`: no minus zero.
  const rounded = { k: Math.round(k * 1000) / 1000, x: Math.round(x) + 0, y: Math.round(y) + 0 };
  return level === undefined ? rounded : { ...rounded, level, at };
}

/** `1.25,-340,0`, at another level of detail `1,0,-20,bars,1200`. */
const zoomText = ({ k, x, y, level, at = 0 }: ZoomLink): string =>
  [k, x, y, ...(level === undefined ? [] : [level, at])].join(",");

function zoomFromText(text: string): ZoomLink | null {
  const match = /^(\d{1,3}(?:\.\d{1,6})?),(-?\d{1,9}),(-?\d{1,9})(?:,([a-z]+),(\d{1,10}))?$/.exec(text);
  if (match === null || Number(match[1]) === 0) return null;
  const zoom = { k: Number(match[1]), x: Number(match[2]), y: Number(match[3]) };
  const level = ZOOM_LEVELS.find((each) => each === match[4]);
  return level === undefined ? zoom : { ...zoom, level, at: Number(match[5]) };
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

/**
 * `file-pos:412:3`, `task-added:413`, `file-detail:412:3:state`, `resource-changed:412:limits 412 "RLIMIT_AS" soft`.
 */
const changeText = ({ kind, pid, fd, key }: ChangeName): string =>
  [kind, pid, fd === NONE ? "" : fd, key ?? ""].filter((part) => part !== "").join(":");

/** The name of a change of a resource: its key begins with the name of the resource; the pid of the image is -1. */
const RESOURCE_CHANGE = /^(resource-[a-z]+):(-1|\d{1,10})(?::(\d{1,10}))?:([a-z][\s\S]{0,600})$/;

function changeFromText(text: string): ChangeName | null {
  const [, resource, owner, slot, row] = RESOURCE_CHANGE.exec(text) ?? [];
  const own = CHANGE_KINDS.find((each) => each === resource);
  if (own !== undefined && row !== undefined) {
    return { kind: own, pid: Number(owner), fd: slot === undefined ? NONE : Number(slot), key: row };
  }
  const match = /^([a-z-]+):(\d{1,10})(?::(\d{1,10}))?(?::([a-zA-Z][a-zA-Z.-]{0,63}))?$/.exec(text);
  const kind = CHANGE_KINDS.find((each) => each === match?.[1]);
  if (match === null || kind === undefined) return null;
  const fd = match[3] === undefined ? NONE : Number(match[3]);
  return { kind, pid: Number(match[2]), fd, ...(match[4] !== undefined && { key: match[4] }) };
}
