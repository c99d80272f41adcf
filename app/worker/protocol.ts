// What the page and the worker say to each other: one type per question, with its answer.

import type { Findings } from "../checks/finding.ts";
import type { Occurrences } from "../decoder/find-bytes.ts";
import type { Refusal } from "../decoder/image.ts";
import type { Progress } from "../decoder/source.ts";
import type { ChangeKind } from "../diff/changes.ts";
import type { Differences } from "../diff/diff.ts";
import type { Both, Graph } from "../graph/order/graph.ts";
import type { Layout } from "../graph/order/layout.ts";
import type { LeaveOut } from "../link/leave-out.ts";
import type { Checkpoint } from "../model/checkpoint.ts";
import type { Details, Field } from "../model/fields.ts";
import type { Order } from "../model/order.ts";

/**
 * A file that the user gave, or the address of a hosted one; `path` is its place in a dropped folder, else its name.
 */
export type InputFile =
  | { readonly path: string; readonly file: Blob }
  | { readonly path: string; readonly url: string };

/** Names an open document in the worker until it is closed. */
export type DocumentId = number;

/** Questions: what is asked, what is answered, and what may come before the answer. */
export interface Requests {
  /** Decode these files as one image. */
  open: {
    request: { inputs: readonly InputFile[]; dialect?: string; set?: string };
    response: OpenResponse;
  };
  /** Forget a document. */
  close: { request: { document: DocumentId }; response: null };
  /** The fields of one record. */
  fields: { request: { document: DocumentId; record: number }; response: readonly Field[] };
  /** The fields of records first … last, as `fields` has them; of 512 records at most. */
  fieldsOf: { request: { document: DocumentId; first: number; last: number }; response: readonly (readonly Field[])[] };
  /** What the format tells of an open file beyond the columns. */
  details: { request: { document: DocumentId; file: number }; response: Details };
  /** Bytes of a member, at most `length` of them. */
  bytes: { request: { document: DocumentId; member: number; offset: number; length: number }; response: Uint8Array };
  /**
   * Where `needle` occurs in a stretch of a member from `from` on, `most` places at most. A long member takes several
   * questions, each from where the last one says: so results come early, and not asking on is how to stop.
   */
  findBytes: {
    request: { document: DocumentId; member: number; needle: Uint8Array; from: number; most: number };
    response: Occurrences;
  };
  /** The rows of a listing that pass a filter, in order: `orderRows` over the document's checkpoint. */
  order: { request: { document: DocumentId; order: Order }; response: Uint32Array };
  /** Where things stand in the drawing: `layout` over the document alone. Asked for where that takes long. */
  layout: { request: { document: DocumentId }; response: Layout };
  /** What a restart of the image would refuse or get wrong, and what looks wrong. */
  check: { request: { document: DocumentId }; response: CheckResponse };
  /** Documents without their records as one compressed piece (bundle.ts), under these names. */
  pack: {
    request: { documents: readonly DocumentId[]; names: readonly string[]; leaveOut: LeaveOut };
    response: Uint8Array<ArrayBuffer>;
  };
  /** The document that `ckptscope show --json` prints. */
  json: { request: { document: DocumentId }; response: Blob };
  /** What changed from one document to another. */
  diff: { request: DocumentPair; response: DiffResponse };
  /** Both documents in one drawing. */
  union: { request: DocumentPair; response: UnionResponse };
  /** The changes as text, without those of the kinds in `ignore`: the documents of `ckptscope diff`, or a table. */
  changes: {
    request: DocumentPair & {
      readonly form: ChangesForm;
      readonly ignore: readonly ChangeKind[];
      /** What the user calls the two images. */
      readonly names: { readonly before: string; readonly after: string };
    };
    response: Blob;
  };
}

/** Two open documents: the earlier and the later one. */
export interface DocumentPair {
  readonly before: DocumentId;
  readonly after: DocumentId;
}

/** A comparison without the two checkpoints: the page has them already. */
export interface DiffResponse {
  readonly differences: Differences;
  /** What makes the two an odd pair, in sentences; none if nothing does. */
  readonly unrelated: readonly string[];
  /** How many digits the longest position and the longest version have. */
  readonly digits: { readonly pos: number; readonly version: number };
}

/** The subject of a drawing of two images (union.ts) without the two checkpoints, and where things stand in it. */
export interface UnionResponse {
  readonly graph: Graph;
  readonly both: Omit<Both, "before">;
  readonly layout: Layout;
}

export type ChangesForm = "json" | "markdown" | "csv";

/** What the checks found, and what each rule that found something holds an image to. */
export interface CheckResponse {
  readonly findings: Findings;
  /** Sentences by code. */
  readonly titles: Readonly<Record<string, string>>;
}

/** An opened image, or a sentence that says why it is none. */
export type OpenResponse = { readonly document: DocumentId; readonly checkpoint: Checkpoint } | Refusal;

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
  /** A fault of the program or of the source of the bytes; `message` is for the user. */
  | { readonly id: number; readonly kind: "failed"; readonly message: string };
