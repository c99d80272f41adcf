// What the page holds: which documents are open, what is looked at, and how. Nothing that can be derived.

import type { Progress } from "../decoder/source.ts";
import type { ChangeKind } from "../diff/changes.ts";
import type { Comparison } from "../diff/diff.ts";
import type { Address } from "../link/address.ts";
import type { ZoomLink } from "../link/link.ts";
import type { Checkpoint } from "../model/checkpoint.ts";
import { COLUMNS, LISTINGS, type Listing } from "../model/columns.ts";
import type { Selection } from "../model/related.ts";
import type { Side } from "../model/side.ts";
import type { DocumentId, InputFile } from "../worker/protocol.ts";

/** Files that make up one image. */
export interface Input {
  /** For the head of the page and exports: a file's or folder's name. Untrusted text. */
  readonly name: string;
  readonly files: readonly InputFile[];
  /** The host that it comes from. */
  readonly from?: string;
  /** Which of several image sets among the files. */
  readonly set?: string;
  /** The dialect that a link wants. */
  readonly dialect?: string;
}

/** Where the open documents came from, as far as a link can say it. `null`: from the user's own files. */
export type Origin =
  | { readonly sample: string }
  /** Addresses of hosted images: of one, or of before and after. */
  | { readonly open: string; readonly with?: string }
  /** The link holds the images itself. */
  | { readonly data: string }
  | null;

/** An open image. */
export interface Doc {
  readonly input: Input;
  /** Names it in the worker; `null` while it decodes: `checkpoint` is then an early part. */
  readonly document: DocumentId | null;
  readonly checkpoint: Checkpoint;
  /** The dialect that the user chose by hand. */
  readonly dialect: string | null;
}

/** One image, or before and after. */
export type Docs = readonly [] | readonly [Doc] | readonly [Doc, Doc];

/** What changed between the two documents that are open. */
export interface Compared {
  readonly comparison: Comparison;
  /** What makes the two an odd pair, in sentences. */
  readonly unrelated: readonly string[];
  /** How many digits the longest position and the longest version have. */
  readonly digits: { readonly pos: number; readonly version: number };
}

/** An opening under way. */
export interface Opening {
  readonly name: string;
  readonly progress: Progress | null;
  /** It takes long enough for progress to be shown. */
  readonly slow: boolean;
}

/** Why something could not be opened, and what to do. */
export interface Failure {
  readonly message: string;
  readonly advice: string;
  /** The image sets that there are, where one must be chosen. */
  readonly choices?: readonly Input[];
}

export interface Sort {
  readonly column: string;
  readonly descending: boolean;
}

/** How a listing is shown. */
export interface ListingView {
  readonly filter: string;
  readonly sort: Sort | null;
  /** Ids of the columns shown, in the order of COLUMNS. */
  readonly columns: readonly string[];
}

/** The parts of the page on a narrow screen, one at a time. */
export const PANELS = ["tree", "drawing", "tables", "inspector"] as const;
export type Panel = (typeof PANELS)[number];

/** Pixels; what is left is the drawing's. */
export interface Sizes {
  readonly tree: number;
  /** What stands left of the drawing of two images. */
  readonly changes: number;
  readonly inspector: number;
  readonly tables: number;
}

/** Selected bytes of a member of the document that is looked at, both ends included; `at` is where the cursor is. */
export interface ByteSelection {
  readonly member: number;
  readonly anchor: number;
  readonly at: number;
}

export type Dialog =
  | { readonly kind: "help" }
  | { readonly kind: "palette" }
  | { readonly kind: "find" }
  | { readonly kind: "format" }
  | { readonly kind: "offset" }
  /** An address is to be typed. */
  | { readonly kind: "address" }
  /** A link is about to fetch from these addresses. */
  | { readonly kind: "fetch"; readonly addresses: readonly Address[]; onChoice(yes: boolean): void }
  /** The images are about to be put into a link or a report. */
  | { readonly kind: "share"; readonly into: "link" | "report" }
  /** Something was dropped on an open document. */
  | { readonly kind: "dropped"; readonly input: Input };

export interface State {
  readonly docs: Docs;
  readonly origin: Origin;
  readonly opening: Opening | null;
  readonly failure: Failure | null;
  /** Which of two documents is looked at. */
  readonly side: Side;
  /** In the document that is looked at. */
  readonly selection: Selection | null;
  readonly bytes: ByteSelection | null;
  /** The tables' place shows bytes. */
  readonly bytesShown: boolean;
  /** Of two documents; made before they are shown. */
  readonly compared: Compared | null;
  /** The change that is selected, by its index; what is looked at is then a part of it. */
  readonly change: number | null;
  /** Kinds of change that are switched off. */
  readonly off: readonly ChangeKind[];
  /** `sideBySide`: the tables' place shows both images side by side. */
  readonly view: "one" | "sideBySide";
  /** Side by side, runs of what has not changed are folded. */
  readonly onlyChanges: boolean;
  /** What stands left of the drawing of two images. */
  readonly left: "changes" | "tasks";
  /** The two images are in the other order than they came. */
  readonly swapped: boolean;
  readonly tab: Listing;
  readonly listings: Readonly<Record<Listing, ListingView>>;
  /** Where the drawing is looked at, and where a link wants it to be. */
  readonly zoom: ZoomLink | null;
  readonly requestedZoom: ZoomLink | null;
  readonly panel: Panel;
  readonly sizes: Sizes;
  readonly treeShown: boolean;
  readonly inspectorShown: boolean;
  readonly tablesShown: boolean;
  /** Problems' banner was put away. */
  readonly bannerHidden: boolean;
  readonly dialog: Dialog | null;
  /** A sentence about what was just done ("Copied 3 rows"), for everybody, screen readers too. */
  readonly notice: string | null;
}

/** The columns of a listing that are shown from the start. */
export function firstColumns(listing: Listing): readonly string[] {
  return COLUMNS[listing].filter(({ hidden }) => !hidden).map(({ id }) => id);
}

const firstListings = (): Record<Listing, ListingView> =>
  Object.fromEntries(
    LISTINGS.map((listing) => [listing, { filter: "", sort: null, columns: firstColumns(listing) }]),
  ) as Record<Listing, ListingView>;

export function firstState(): State {
  return {
    docs: [],
    origin: null,
    opening: null,
    failure: null,
    side: "before",
    selection: null,
    bytes: null,
    bytesShown: false,
    compared: null,
    change: null,
    off: [],
    view: "sideBySide",
    onlyChanges: true,
    left: "changes",
    swapped: false,
    tab: "descriptors",
    listings: firstListings(),
    zoom: null,
    requestedZoom: null,
    panel: "drawing",
    sizes: { tree: 210, changes: 330, inspector: 350, tables: 320 },
    treeShown: true,
    inspectorShown: true,
    tablesShown: true,
    bannerHidden: false,
    dialog: null,
    notice: null,
  };
}
