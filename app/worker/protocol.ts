// The messages between page and worker: one type for each kind of request, with its response.

import type { Finding } from "../checks/finding.ts";
import type { Findings } from "../checks/findings.ts";
import type { HostReport, HostRow } from "../checks/host/report.ts";
import type { NeededOption } from "../checks/needs.ts";
import type { Rule } from "../checks/rule.ts";
import type { Subject } from "../checks/subject.ts";
import type { Occurrences } from "../decoder/find-bytes.ts";
import type { Refusal } from "../decoder/image.ts";
import type { RaisedLimits } from "../decoder/limits.ts";
import type { Progress } from "../decoder/source.ts";
import type { Differences } from "../diff/comparison.ts";
import type { Events } from "../diff/lists/events.ts";
import type { HiddenChanges } from "../diff/lists/filter.ts";
import type { Listed } from "../diff/lists/listed.ts";
import type { Separator } from "../export/tables/delimited.ts";
import type { Both, Graph } from "../graph/order/graph.ts";
import type { Layout, OfChanges } from "../graph/order/layout.ts";
import type { Redirect } from "../link/address.ts";
import type { LeaveOut } from "../link/leave-out.ts";
import type { Checkpoint } from "../model/checkpoint.ts";
import type { Evidence } from "../model/comparison/earlier.ts";
import type { Details, Field } from "../model/fields.ts";
import type { ImageSummary } from "../model/image-summary.ts";
import type { Listing } from "../model/listings/column.ts";
import type { ValueWidths } from "../model/listings/columns.ts";
import type { Order, OrderedRows } from "../model/listings/order.ts";
import type { Overview } from "../model/overview.ts";
import type { RecordLinks } from "../model/record-links.ts";
import type { FileRow } from "../model/rows.ts";
import type { Subset } from "../model/subset.ts";
import type { Mapper } from "../resources/mappers.ts";
import type { ResourceOrder } from "../resources/order.ts";
import type { Resources } from "../resources/table.ts";
import type { MemoryRequests } from "./memory-protocol.ts";

/** A local file, or the URL of a hosted one. `path`: its path in a dropped folder, or else its name. */
export type InputFile =
  | { readonly path: string; readonly file: Blob }
  | { readonly path: string; readonly url: string };

/** Identifies an open document in the worker. Not reused. */
export type DocumentId = number;

/** Each kind of request with its response. `open` may send early parts; `open`, `check` and exports report progress. */
export interface Requests extends MemoryRequests {
  /** Finds the images among files. The last ones that were found are kept, so that opening them reads nothing twice. */
  find: { request: { inputs: readonly InputFile[] }; response: FindResponse };
  /**
   * Decodes files as one image. `dialect`: instead of the detected one. `set`: the name of one of several images.
   * `found`: the number of the `find` that found it. `raised`: the limits that the user raised.
   */
  open: {
    request: {
      /** What the user calls it. */
      name?: string;
      inputs: readonly InputFile[];
      dialect?: string;
      set?: string;
      found?: number;
      raised?: RaisedLimits;
    };
    response: OpenResponse;
  };
  /** Closes a document. */
  close: { request: { document: DocumentId }; response: null };
  /** The fields of one record. */
  fields: { request: { document: DocumentId; record: number }; response: readonly Field[] };
  /** The fields of records `first` to `last`, both included. Returns at most 512 records. */
  fieldsOf: { request: { document: DocumentId; first: number; last: number }; response: readonly (readonly Field[])[] };
  /** Details of an open file that the columns do not have. */
  details: { request: { document: DocumentId; file: number }; response: Details };
  /** Up to `length` bytes of a member, at most 1 MiB. */
  bytes: { request: { document: DocumentId; member: number; offset: number; length: number }; response: Uint8Array };
  /**
   * At most `most` occurrences of `needle` in a member, from offset `from` on. One request searches a limited stretch,
   * so that results arrive early; the page continues from `next`, or stops by sending no further request.
   */
  findBytes: {
    request: { document: DocumentId; member: number; needle: Uint8Array; from: number; most: number };
    response: Occurrences;
  };
  /** How wide the values of the listings of a document are. */
  widths: { request: { document: DocumentId }; response: ValueWidths };
  /** The filtered, sorted and grouped rows of a listing (`groupRows`). */
  order: { request: { document: DocumentId; order: Order }; response: OrderedRows };
  /** The descriptors of a listing's filtered rows, as `ckptscope show --lines` prints them. */
  lines: { request: { document: DocumentId; order: Order }; response: Blob };
  /** A listing's filtered and sorted rows with some of its columns, as CSV or tab-separated. */
  table: {
    request: {
      document: DocumentId;
      order: Order;
      readonly columns: readonly string[];
      readonly separator: Separator;
    };
    response: Blob;
  };
  /** The layout of the drawing of one document. The page lays out small ones itself. */
  layout: { request: { document: DocumentId }; response: Layout };
  /**
   * The drawing of what belongs to the rows of a listing that pass a filter, with its layout; `null`: of everything.
   */
  subset: {
    request: { document: DocumentId; listing: Listing; filter: string };
    response: { readonly subset: Subset; readonly layout: Layout } | null;
  };
  /** The tables of everything else that a document holds. */
  resources: { request: { document: DocumentId }; response: Resources };
  /** The tasks that map an open file, or another one of its path. */
  mappers: { request: { document: DocumentId; file: FileRow }; response: readonly Mapper[] };
  /** The objects that records describe. The page links the records of small documents itself. */
  recordLinks: { request: { document: DocumentId }; response: RecordLinks };
  /** The filtered and sorted rows of one of these tables. */
  orderResource: {
    request: { document: DocumentId; resource: string; order: ResourceOrder };
    response: Uint32Array;
  };
  /** The same rows as CSV or tab-separated. */
  resourceTable: {
    request: { document: DocumentId; resource: string; order: ResourceOrder; readonly separator: Separator };
    response: Blob;
  };
  /** The overview of a document. */
  overview: { request: { document: DocumentId }; response: Overview };
  /** Findings: reasons why a restart would fail, and anything suspicious. */
  check: { request: { document: DocumentId }; response: CheckResponse };
  /** Reads a file of facts of a host, and keeps the facts. */
  facts: { request: { file: Blob }; response: FactsResponse };
  /** What the restore of a document needs of a host, compared with facts if there are any. */
  restore: { request: { document: DocumentId; facts: FactsId | null }; response: RestoreResponse };
  /** What the restore compares, as CSV. */
  restoreTable: { request: { document: DocumentId; facts: FactsId | null }; response: Blob };
  /** Packs documents without their records, under `names`, into one compressed piece (bundle.ts). */
  pack: {
    request: { documents: readonly DocumentId[]; names: readonly string[]; leaveOut: LeaveOut };
    response: Uint8Array<ArrayBuffer>;
  };
  /** The page for reports with such a piece in it; `null` if it has no place for one. */
  report: { request: { readonly page: string; readonly piece: Uint8Array }; response: Blob | null };
  /** The JSON of `ckptscope show --json`. */
  json: { request: { document: DocumentId }; response: Blob };
  /** Compares two documents. */
  diff: { request: DocumentPair; response: DiffResponse };
  /** The changes that do not match words (diff/lists/filter-words.ts). */
  unmatched: { request: DocumentPair & { readonly words: string }; response: HiddenChanges };
  /** The changes that are not hidden in one sentence (export/changes/headline.ts). */
  headline: { request: DocumentPair & { readonly hidden: HiddenChanges }; response: string };
  /** Hashes of a pair's names and of some of its changes, by which the page remembers what was marked as seen. */
  marks: {
    request: DocumentPair & { readonly names: readonly string[]; readonly changes: Uint32Array };
    response: { readonly hash: string; readonly marks: readonly string[] };
  };
  /** The changes that have one of these hashes, ascending. */
  marked: { request: DocumentPair & { readonly marks: readonly string[] }; response: Uint32Array };
  /** The layout of the drawing of two documents in one. */
  union: { request: DocumentPair; response: UnionResponse };
  /** What differs in that drawing while changes are hidden. */
  unionWithout: { request: DocumentPair & { readonly hidden: HiddenChanges }; response: UnionWithoutResponse };
  /** The changes as text, except hidden ones: in the formats of `ckptscope diff`, or as CSV. */
  changes: {
    request: DocumentPair & {
      readonly form: ChangesForm;
      readonly hidden: HiddenChanges;
      /** Names for the two images. */
      readonly names: { readonly before: string; readonly after: string };
    };
    response: Blob;
  };
}

/** Two open documents, the earlier one before. */
export interface DocumentPair {
  readonly before: DocumentId;
  readonly after: DocumentId;
}

/** A comparison without its two checkpoints, which the page already has. */
export interface DiffResponse {
  readonly differences: Differences;
  /** Its changes in groups. */
  readonly events: Events;
  /** How many of them lists have. */
  readonly listed: Listed;
  /** Reasons to doubt that the two show the same processes, as sentences. */
  readonly unrelated: readonly string[];
  /** Digits of the longest position and version. */
  readonly digits: { readonly pos: number; readonly version: number };
}

/** The subject of a drawing of two images (union.ts) without its two checkpoints, and its layout. */
export interface UnionResponse {
  readonly graph: Graph;
  readonly both: Omit<Both, "before">;
  readonly layout: Layout;
}

/** The parts of a union and its layout that depend on which changes are hidden. */
export interface UnionWithoutResponse
  extends Pick<Both, "change" | "off">,
    OfChanges,
    Pick<Graph["descriptors"], "fileBefore"> {}

export type ChangesForm = "json" | "markdown" | "csv";

/** The findings, with the titles of their rules. */
export interface CheckResponse {
  readonly findings: Findings;
  /** By code; only of rules with findings. */
  readonly titles: Readonly<Record<string, string>>;
}

/** Identifies facts of a host in the worker. Not reused. */
export type FactsId = number;

/** Facts of a host; why a file of facts was refused; or that it is not a file of facts. */
export type FactsResponse =
  | { readonly kind: "facts"; readonly facts: FactsId; readonly host: string; readonly at: string }
  | { readonly kind: "refused"; readonly refused: string }
  | { readonly kind: "other" };

/** A thing that was compared, or would be, with what it is about. */
export type RestoreRow = Omit<HostRow, "subject" | "findings"> & Subject;

/** What a restore needs of a host. */
export interface RestoreResponse
  extends Pick<HostReport, "host" | "counts" | "findings" | "unlisted" | "verdict" | "privileges"> {
  /** Rows that are not as recorded come first. */
  readonly rows: readonly RestoreRow[];
  readonly options: readonly NeededOption[];
  /** The command that restores the image; `null`: the format has none. */
  readonly command: string | null;
  /** Errors and warnings about the image itself: how many, how many errors, and some of them, errors first. */
  readonly inImage: { readonly count: number; readonly errors: number; readonly some: readonly Finding[] };
  /** What the findings mean and what to do, by code. */
  readonly rules: Readonly<Record<string, Pick<Rule, "title" | "remedy">>>;
}

/** The images among files, or why there are none. */
export type FindResponse =
  | {
      readonly found: number;
      /** Some of the images: at most MOST_SUMMARIES. */
      readonly images: readonly ImageSummary[];
      /** What each of these is called; empty: as the input. */
      readonly names: readonly string[];
      readonly count: number;
      /** Files that belong to none of them; what the only one is instead. */
      readonly ignored: number;
      readonly only?: string;
    }
  | Refusal;

/** An opened image, or why the files were refused. */
export type OpenResponse =
  | {
      readonly document: DocumentId;
      readonly checkpoint: Checkpoint;
      /** When it was written. */
      readonly evidence: Evidence;
    }
  | Refusal;

export type RequestKind = keyof Requests;

export type WorkerRequest = {
  [K in RequestKind]: { readonly id: number; readonly kind: K; readonly request: Requests[K]["request"] };
}[RequestKind];

export type ToWorker = WorkerRequest | { readonly id: number; readonly kind: "cancel" };

export type FromWorker =
  | { readonly id: number; readonly kind: "progress"; readonly progress: Progress }
  | { readonly id: number; readonly kind: "part"; readonly part: Checkpoint }
  | { readonly id: number; readonly kind: "response"; readonly response: unknown }
  | { readonly id: number; readonly kind: "cancelled" }
  /** The bytes cannot be read, or ckptscope has a bug. `message` is for the user. */
  | { readonly id: number; readonly kind: "failed"; readonly message: string; readonly redirect?: Redirect };
