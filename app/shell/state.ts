// The state of the page: the open documents, the selection and the view. Derived values are in selectors.ts.

import type { Progress } from "../decoder/source.ts";
import type { ChangeKind } from "../diff/changes.ts";
import type { Comparison } from "../diff/comparison.ts";
import type { ChangeName } from "../diff/lists/about.ts";
import type { Events } from "../diff/lists/events.ts";
import type { HiddenChanges } from "../diff/lists/filter.ts";
import type { Listed } from "../diff/lists/listed.ts";
import type { Address, Redirect } from "../link/address.ts";
import type { ChoiceLink, Name, ZoomLink } from "../link/link.ts";
import type { Checkpoint } from "../model/checkpoint.ts";
import type { Evidence, Verdict } from "../model/comparison/earlier.ts";
import type { Side } from "../model/comparison/side.ts";
import type { ImageSummary } from "../model/image-summary.ts";
import { LISTINGS, type Listing } from "../model/listings/column.ts";
import { COLUMNS, FIRST_SORT, type Sort } from "../model/listings/columns.ts";
import type { Selection } from "../model/related.ts";
import type { DocumentId, FactsId, InputFile } from "../worker/protocol.ts";

/** Files that make up one image. */
export interface Input {
  /** A file's or folder's name, for the page's header and exports. Untrusted text. */
  readonly name: string;
  readonly files: readonly InputFile[];
  /** The host it is fetched from; absent for the user's own files. */
  readonly from?: string;
  /** The name of one of several images among the files. */
  readonly set?: string;
  /** Handles of the files and folders, where the browser gives them; with these it is opened again later. */
  readonly handles?: readonly FileSystemHandle[];
  /** The number of the worker's `find` that found it. */
  readonly found?: number;
  /** The dialect given in a link. */
  readonly dialect?: string;
  /** How many times as high the user wants limits on decoding, by their names. */
  readonly raised?: Readonly<Record<string, number>>;
}

/** The origin of the open documents, if a link can record it. `null` for local files. */
export type Origin =
  | { readonly sample: string }
  /** URLs of hosted images: of one, or of before (`open`) and after (`with`). */
  | { readonly open: string; readonly with?: string }
  /** The images themselves, inside the link. */
  | { readonly data: string }
  | null;

/** An open image. */
export interface Doc {
  readonly input: Input;
  /** Its id in the worker. `null` while it is decoded: `checkpoint` is then an early part. */
  readonly document: DocumentId | null;
  readonly checkpoint: Checkpoint;
  /** The dialect that the user or a link chose; `null`: the detected one. */
  readonly dialect: string | null;
  /** When it was written, as far as that is known. */
  readonly evidence: Evidence;
}

/** An image among files, which can be opened. */
export interface Choice {
  readonly input: Input;
  readonly summary: ImageSummary;
}

/** One image, or before and after. */
export type Docs = readonly [] | readonly [Doc] | readonly [Doc, Doc];

export type ComparisonTools = typeof import("./comparing.ts");

/** The comparison of the two open documents. */
export interface Compared {
  readonly comparison: Comparison;
  /** Its changes in groups. */
  readonly events: Events;
  /** How many of them lists have. */
  readonly listed: Listed;
  /** Code that the state's actions need for comparisons, loaded with the first one. */
  readonly tools: ComparisonTools;
  /** Reasons to doubt that the two show the same processes, as sentences. */
  readonly unrelated: readonly string[];
  /** Digits of the longest position and version, so that both sides get columns of the same width. */
  readonly digits: { readonly pos: number; readonly version: number };
}

/** The changes that do not match the words of the filter, where the worker matches them (word-filter.ts). */
export interface Matched {
  readonly of: Compared;
  readonly hidden: HiddenChanges;
}

/** Facts of a host, which the worker keeps. */
export interface LoadedFacts {
  readonly facts: FactsId;
  /** The host's name, and when they were made. */
  readonly host: string;
  readonly at: string;
}

/** How many errors the checks found that a restore would fail with. */
export interface RestoreErrors {
  readonly document: DocumentId;
  /** Facts of the host that it was compared with; `null`: none. */
  readonly facts: FactsId | null;
  readonly count: number;
}

/** The opening, or the making of a file, that is in progress. */
export interface InProgress {
  readonly name: string;
  readonly progress: Progress | null;
  /** Whether it has taken long enough for progress to be shown. */
  readonly slow: boolean;
}

/** An opening that failed: the reason, and advice. */
export interface Failure {
  readonly message: string;
  readonly advice: string;
  /** The reason is this redirect to another host. */
  readonly redirect?: Redirect;
}

/** The view of a listing. */
export interface ListingView {
  readonly filter: string;
  readonly sort: Sort | null;
  /** Ids of the shown columns, in the order of COLUMNS. */
  readonly columns: readonly string[];
  /** Id of the column by whose values rows are grouped. */
  readonly group: string | null;
}

/** How the table of a resource is shown. */
export interface ResourceView {
  readonly filter: string;
  readonly sort: Sort | null;
}

/** No resource is chosen: see resourceShown. */
export const FIRST_RESOURCE = "first";
export const FIRST_RESOURCE_VIEW: ResourceView = { filter: "", sort: null };

/** The parts of the page. A narrow screen shows one at a time. */
export const PANELS = ["tree", "drawing", "tables", "inspector"] as const;
export type Panel = (typeof PANELS)[number];

/** Sizes of panels in CSS pixels. The drawing gets the rest. */
export interface Sizes {
  readonly tree: number;
  /** The left panel while two images are compared. */
  readonly changes: number;
  readonly inspector: number;
  readonly tables: number;
}

/** Selected bytes of a member of the shown document, from `anchor` to `at`, both included. The cursor is at `at`. */
export interface ByteSelection {
  readonly member: number;
  readonly anchor: number;
  readonly at: number;
}

/** A place in the memory of the shown document. */
export interface MemoryPlace {
  /** The number of the address space: a pid, or the index of a task where the format has no pids. */
  readonly space: number;
  /** Hexadecimal digits. */
  readonly address: string;
}

/** The parts of a link that wait until its images are open. */
export interface PendingLink {
  readonly select: Name | null;
  readonly bytes: ByteSelection | null;
  readonly change: ChangeName | null;
  readonly side: Side | null;
  /** Shown already, but not checked yet: the images may have no such place, and there may be no such resource. */
  readonly memory: MemoryPlace | null;
  readonly resource: string | null;
  /** Open the two images in the opposite order. */
  readonly swapped: boolean;
  /** How to decode each image. */
  readonly choices: readonly (ChoiceLink | undefined)[];
}

export const NOTHING_PENDING: PendingLink = {
  select: null,
  bytes: null,
  change: null,
  side: null,
  memory: null,
  resource: null,
  swapped: false,
  choices: [],
};

export type Dialog =
  | { readonly kind: "help" }
  | { readonly kind: "palette" }
  | { readonly kind: "find" }
  | { readonly kind: "format" }
  | { readonly kind: "offset" }
  /** Asks for the URL of an image. */
  | { readonly kind: "address" }
  /** Asks whether a link may fetch from these addresses. */
  | {
      readonly kind: "fetch";
      readonly addresses: readonly Address[];
      readonly redirected?: boolean;
      onChoice(yes: boolean): void;
    }
  /** Puts the images into a link or a report. */
  | { readonly kind: "share"; readonly into: "link" | "report" }
  /** Asks what to do with an image that was dropped while another one is open, or two. */
  | { readonly kind: "dropped"; readonly input: Input; readonly ignored: number }
  /** Asks which of several images to open. */
  | {
      readonly kind: "choose";
      readonly choices: readonly Choice[];
      /** How many images there are. */
      readonly count: number;
      /** Files that belong to no image. */
      readonly ignored: number;
    };

/** What hides changes of a comparison in every view. */
export interface ChangeFilters {
  /** Kinds of change that are switched off. */
  readonly off: readonly ChangeKind[];
  /** Words that a change must match (diff/lists/filter-words.ts); empty: any. */
  readonly changeFilter: string;
  /** Whether expected changes are hidden (diff/lists/expected.ts). */
  readonly expectedHidden: boolean;
  /** Whether changes that are marked as seen are hidden. */
  readonly seenHidden: boolean;
  /** Whether only changes are listed that make something possible that was not (diff/compare/security.ts). */
  readonly onlySecurity: boolean;
}

export const NO_FILTERS: ChangeFilters = {
  off: [],
  changeFilter: "",
  expectedHidden: false,
  seenHidden: false,
  onlySecurity: false,
};

/** Groups of changes: of one event, or of one task. */
export type GroupBy = "event" | "task";

export interface State extends ChangeFilters {
  readonly docs: Docs;
  readonly origin: Origin;
  readonly opening: InProgress | null;
  /** The file that is being made, to be saved or copied. */
  readonly saving: InProgress | null;
  readonly failure: Failure | null;
  /** Names of the user's files that a reload closed. */
  readonly closed: readonly string[];
  /** What was open before it was closed or replaced, so that it can be opened again. */
  readonly wasOpen: { readonly inputs: readonly Input[]; readonly origin: Origin } | null;
  /** The side whose document is shown. `before` if there is only one. */
  readonly side: Side;
  /** In the shown document. */
  readonly selection: Selection | null;
  readonly bytes: ByteSelection | null;
  /** Whether the tables panel shows bytes. */
  readonly bytesShown: boolean;
  /** Whether the tables panel shows what a restore needs. It takes precedence over bytes. */
  readonly restoreShown: boolean;
  /** Whether the tables panel shows tables of resources. Bytes and what a restore needs take precedence. */
  readonly resourcesShown: boolean;
  /** The resource whose table is shown, or FIRST_RESOURCE; and the views of all. */
  readonly resource: string;
  readonly resourceViews: Readonly<Record<string, ResourceView>>;
  /** Facts of a host that images are compared with; `null`: none. */
  readonly host: LoadedFacts | null;
  /** What the restore view last found; `null`: nothing yet. */
  readonly restoreErrors: RestoreErrors | null;
  /** Where in memory the cursor is; `null`: nowhere yet. */
  readonly memory: MemoryPlace | null;
  /** Whether the tables panel shows memory. */
  readonly memoryShown: boolean;
  /** A text that Find hands on to the search of memory, until that has taken it. Never in links: it may be a secret. */
  readonly memoryText: string | null;
  /** `null` unless two documents are open. */
  readonly compared: Compared | null;
  /** `null` until the worker has matched words. */
  readonly matched: Matched | null;
  /** How it is known which of the two is before; `null` if the user said so, or one document is open. */
  readonly order: Verdict | null;
  /** The selected change, as an index into the comparison's changes; `selection` is then part of it. */
  readonly change: number | null;
  /** How the list of changes is grouped. */
  readonly groupBy: GroupBy;
  /** Groups of changes that the user folded, or unfolded where they are folded at first (`event`). */
  readonly folded: ReadonlySet<number>;
  /** Changes that the user marked as seen: indices into the comparison's changes. */
  readonly seen: ReadonlySet<number>;
  /** While two images are compared: whether the tables panel lists one of them, or both side by side. */
  readonly view: "one" | "sideBySide";
  /** Whether the drawing of both images and side by side fold what has not changed. */
  readonly onlyChanges: boolean;
  /** The contents of the left panel while two images are compared. */
  readonly left: "changes" | "tasks";
  /** Whether the two images are in the opposite order of `origin`. */
  readonly swapped: boolean;
  /** The parts of the last link that have to wait for its images. */
  readonly pending: PendingLink;
  readonly tab: Listing;
  readonly listings: Readonly<Record<Listing, ListingView>>;
  /** Scale and position of the drawing, and those requested by the last link. */
  readonly zoom: ZoomLink | null;
  readonly requestedZoom: ZoomLink | null;
  /** The selection for which a drawing that was hidden requests its own zoom again; undefined: a link requests it. */
  readonly zoomedAt: Selection | null | undefined;
  readonly panel: Panel;
  readonly sizes: Sizes;
  readonly treeShown: boolean;
  readonly drawingShown: boolean;
  readonly inspectorShown: boolean;
  /** Whether the drawing has its legend below it. */
  readonly legendShown: boolean;
  /** Whether the list of changes has its filters above it. */
  readonly filtersShown: boolean;
  readonly tablesShown: boolean;
  /** Whether the inspector shows the raw fields of the selection's records; `null`: while bytes are shown. */
  readonly fieldsShown: boolean | null;
  /** Whether the user dismissed the banner about problems. */
  readonly bannerHidden: boolean;
  readonly dialog: Dialog | null;
  /** Notice of the last action ("Copied 3 rows"), also announced to screen readers. */
  readonly notice: string | null;
}

/** Ids of the columns of a listing that are shown by default. */
export function firstColumns(listing: Listing): readonly string[] {
  return COLUMNS[listing].filter(({ hidden }) => !hidden).map(({ id }) => id);
}

/** Whether the tables panel shows a listing, or both images side by side, and nothing in their place. */
export const NOTHING_ELSE_SHOWN = {
  bytesShown: false,
  restoreShown: false,
  memoryShown: false,
  resourcesShown: false,
} as const;

export const firstListings = (): Record<Listing, ListingView> =>
  Object.fromEntries(
    LISTINGS.map((listing) => [
      listing,
      { filter: "", sort: FIRST_SORT[listing] ?? null, columns: firstColumns(listing), group: null },
    ]),
  ) as Record<Listing, ListingView>;

export function firstState(): State {
  return {
    docs: [],
    origin: null,
    opening: null,
    saving: null,
    failure: null,
    closed: [],
    wasOpen: null,
    side: "before",
    selection: null,
    bytes: null,
    bytesShown: false,
    restoreShown: false,
    resourcesShown: false,
    resource: FIRST_RESOURCE,
    resourceViews: {},
    host: null,
    restoreErrors: null,
    memory: null,
    memoryShown: false,
    memoryText: null,
    compared: null,
    matched: null,
    order: null,
    change: null,
    ...NO_FILTERS,
    groupBy: "event",
    folded: new Set(),
    seen: new Set(),
    view: "sideBySide",
    onlyChanges: true,
    left: "changes",
    swapped: false,
    pending: NOTHING_PENDING,
    tab: "descriptors",
    listings: firstListings(),
    zoom: null,
    requestedZoom: null,
    zoomedAt: undefined,
    panel: "drawing",
    sizes: { tree: 210, changes: 330, inspector: 350, tables: 320 },
    treeShown: true,
    drawingShown: true,
    inspectorShown: true,
    legendShown: true,
    filtersShown: true,
    tablesShown: true,
    fieldsShown: null,
    bannerHidden: false,
    dialog: null,
    notice: null,
  };
}
