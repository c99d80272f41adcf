// The worker's entry: decodes images off the main thread and keeps them, so that the page can ask for more.

import { checkImage, RULES } from "../checks/check.ts";
import { copyOf, transferables } from "../decoder/builder.ts";
import { findBytes } from "../decoder/find-bytes.ts";
import type { Image, Refusal } from "../decoder/image.ts";
import { openImage } from "../decoder/open.ts";
import { type Progress, type Source, SourceError } from "../decoder/source.ts";
import { type Comparison, diff } from "../diff/diff.ts";
import { filterChanges } from "../diff/filter.ts";
import { unrelated } from "../diff/related.ts";
import { changesCsv, changesMarkdown } from "../export/changes-text.ts";
import { diffDocumentText } from "../export/diff-json.ts";
import { showDocument } from "../export/show-json.ts";
import { oneImage } from "../graph/order/graph.ts";
import { layout } from "../graph/order/layout.ts";
import { union } from "../graph/order/union.ts";
import { bundle } from "../link/bundle.ts";
import { createMask } from "../link/leave-out.ts";
import { isPacked, pack, unpack } from "../link/pack.ts";
import type { Checkpoint } from "../model/checkpoint.ts";
import { widest } from "../model/columns.ts";
import type { Field } from "../model/fields.ts";
import { orderRows } from "../model/order.ts";
import { blobSource } from "../sources/files.ts";
import { openHosted } from "../sources/url.ts";
import type {
  DocumentId,
  DocumentPair,
  FromWorker,
  RequestKind,
  Requests,
  ToWorker,
  WorkerRequest,
} from "./protocol.ts";

/** What a question's handler may do before it answers. */
interface Reply {
  readonly signal: AbortSignal;
  progress(progress: Progress): void;
  part(part: Checkpoint): void;
}

interface Answer<K extends RequestKind> {
  readonly response: Requests[K]["response"];
  readonly transfer?: Transferable[];
}

type Handlers = { [K in RequestKind]: (request: Requests[K]["request"], reply: Reply) => Promise<Answer<K>> };

/** The largest piece of a member that is handed out at once. */
const MOST_BYTES = 1024 * 1024;
/** Records whose fields are told at once. */
const MOST_RECORDS = 512;
/** Bytes of a member that are searched before there is an answer: some hundredths of a second. */
const STRETCH = 32 * 1024 * 1024;

/** The page's copy of a checkpoint: the worker keeps its own, and copying columns in here blocks nobody. */
const handOut = (checkpoint: Checkpoint): { checkpoint: Checkpoint; transfer: Transferable[] } => {
  const copy = copyOf(checkpoint);
  return { checkpoint: copy, transfer: transferables(copy) };
};

const sizeOf = ({ sources }: Image): number => sources.reduce((sum, source) => sum + source.size, 0);

function createHandlers(): Handlers {
  const documents = new Map<DocumentId, Image>();
  let nextDocument = 1;

  const find = (document: DocumentId): Image => {
    const image = documents.get(document);
    if (image === undefined) throw new Error("This image is no longer open.");
    return image;
  };

  /** The last comparison: the drawing and the exports ask for it again. */
  let last: (DocumentPair & { readonly comparison: Comparison }) | null = null;
  const compare = ({ before, after }: DocumentPair): Comparison => {
    if (last?.before !== before || last.after !== after) {
      last = null;
      last = { before, after, comparison: diff(find(before).checkpoint, find(after).checkpoint) };
    }
    return last.comparison;
  };

  return {
    async open({ inputs, dialect, set }, reply) {
      const { signal, progress: onProgress } = reply;
      const sources = await Promise.all(
        inputs.map((input) =>
          "url" in input
            ? openHosted(input.path, input.url, { signal, onProgress })
            : blobSource(input.path, input.file),
        ),
      );
      const options = {
        signal,
        onProgress,
        onPart: reply.part,
        ...(dialect === undefined ? {} : { dialect }),
        ...(set === undefined ? {} : { set }),
      };
      const image = (await openPacked(sources)) ?? (await openImage(sources, options));
      if ("refused" in image) return { response: image };
      const document = nextDocument++;
      documents.set(document, image);
      const { checkpoint, transfer } = handOut(image.checkpoint);
      return { response: { document, checkpoint }, transfer };
    },
    async close({ document }) {
      documents.delete(document);
      if (last?.before === document || last?.after === document) last = null;
      return { response: null };
    },
    async fields({ document, record }) {
      return { response: await find(document).fields(record) };
    },
    async fieldsOf({ document, first, last }, reply) {
      const image = find(document);
      const response: (readonly Field[])[] = [];
      for (let record = first; record <= last && response.length < MOST_RECORDS; record++) {
        reply.signal.throwIfAborted();
        response.push(await image.fields(record));
      }
      return { response };
    },
    async findBytes({ document, member, needle, from, most }, { signal }) {
      const source = find(document).sources[member];
      if (source === undefined) return { response: { found: new Float64Array(0), next: null } };
      const response = await findBytes(source, needle, { from, stretch: STRETCH, most, signal });
      return { response, transfer: [response.found.buffer as ArrayBuffer] };
    },
    async details({ document, file }) {
      return { response: await find(document).details(file) };
    },
    async bytes({ document, member, offset, length }) {
      const source = find(document).sources[member];
      if (source === undefined) return { response: new Uint8Array(0) };
      const bytes = new Uint8Array(await source.read(offset, Math.min(length, MOST_BYTES)));
      return { response: bytes, transfer: [bytes.buffer] };
    },
    async order({ document, order }) {
      const rows = orderRows(find(document).checkpoint, order);
      return { response: rows, transfer: [rows.buffer] };
    },
    async layout({ document }) {
      const response = layout(oneImage(find(document).checkpoint));
      return { response, transfer: transferables(response) };
    },
    async check({ document }, reply) {
      const image = find(document);
      const findings = await checkImage(image, { signal: reply.signal, onProgress: reply.progress });
      const found = new Set(findings.findings.map(({ code }) => code));
      const rules = RULES.filter(({ code, format }) => format === image.checkpoint.format && found.has(code));
      return { response: { findings, titles: Object.fromEntries(rules.map(({ code, title }) => [code, title])) } };
    },
    async pack({ documents: all, names, leaveOut }) {
      const mask = createMask(leaveOut);
      const response = await bundle(all.map((document, at) => pack(find(document).checkpoint, names[at] ?? "", mask)));
      return { response, transfer: [response.buffer] };
    },
    async json({ document }, reply) {
      const image = find(document);
      const chunks: string[] = [];
      for await (const chunk of showDocument(image, { name: image.sources[0]?.name ?? "", bytes: sizeOf(image) })) {
        reply.signal.throwIfAborted();
        chunks.push(chunk);
      }
      return { response: new Blob(chunks, { type: "application/json" }) };
    },
    async diff(two) {
      const { before, after, ...differences } = compare(two);
      const digits = (id: "pos" | "version"): number => Math.max(widest(before.files[id]), widest(after.files[id]));
      const response = {
        differences: copyOf(differences),
        unrelated: unrelated(before, after, differences.pairs),
        digits: { pos: digits("pos"), version: digits("version") },
      };
      return { response, transfer: transferables(response.differences) };
    },
    async union(two) {
      const { before, after, pairs, changed } = compare(two);
      const { taskAfter, tables, descriptors } = pairs;
      const subject = union(before, after, { taskAfter, tables, descriptors, changed });
      const { rows, change } = subject.both;
      const response = { graph: subject.graph, both: { rows, change }, layout: layout(subject) };
      return { response, transfer: transferables(response) };
    },
    async changes({ before, after, form, ignore, names }) {
      const comparison = compare({ before, after });
      const indices = filterChanges(comparison, { ignore });
      if (form === "markdown") {
        return { response: new Blob([changesMarkdown(comparison, names, indices)], { type: "text/markdown" }) };
      }
      if (form === "csv") return { response: new Blob([changesCsv(comparison, indices)], { type: "text/csv" }) };
      const sources = {
        before: { name: names.before, bytes: sizeOf(find(before)) },
        after: { name: names.after, bytes: sizeOf(find(after)) },
      };
      return { response: new Blob([...diffDocumentText(comparison, sources, indices)], { type: "application/json" }) };
    },
  };
}

/** An image out of a link or a report: there is no more to it than its checkpoint. `null`: this is none. */
async function openPacked([source, ...others]: readonly Source[]): Promise<Image | Refusal | null> {
  if (source === undefined || others.length > 0) return null;
  if (!isPacked(await source.read(0, Math.min(64, source.size)))) return null;
  const unpacked = unpack(await source.read(0, source.size));
  if ("refused" in unpacked) return unpacked;
  const { checkpoint } = unpacked;
  return { checkpoint, sources: [], fields: async () => [], details: async () => ({}) };
}

/** Answers questions on a port until it is closed. */
export function serve(port: {
  postMessage(message: FromWorker, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
}): void {
  const handlers = createHandlers();
  const running = new Map<number, AbortController>();
  const post = (message: FromWorker, transfer: Transferable[] = []): void => port.postMessage(message, transfer);

  const response = async ({ id, kind, request }: WorkerRequest): Promise<void> => {
    const controller = new AbortController();
    running.set(id, controller);
    const reply: Reply = {
      signal: controller.signal,
      progress: (progress) => post({ id, kind: "progress", progress }),
      part(checkpoint) {
        const { checkpoint: part, transfer } = handOut(checkpoint);
        post({ id, kind: "part", part }, transfer);
      },
    };
    try {
      const handle = handlers[kind] as (request: unknown, reply: Reply) => Promise<Answer<RequestKind>>;
      const result = await handle(request, reply);
      post({ id, kind: "response", response: result.response }, result.transfer);
    } catch (error) {
      if (controller.signal.aborted) post({ id, kind: "cancelled" });
      else post({ id, kind: "failed", message: failure(error) });
    } finally {
      running.delete(id);
    }
  };

  port.onmessage = ({ data }) => {
    if (data.kind === "cancel") running.get(data.id)?.abort();
    else void response(data);
  };
}

const failure = (error: unknown): string => {
  if (error instanceof SourceError) return error.message;
  return `Something in ckptscope itself went wrong: ${error instanceof Error ? error.message : String(error)}`;
};

// In a worker the global scope is the port; a page and Node have none of this name.
if ("WorkerGlobalScope" in globalThis) serve(globalThis as unknown as Parameters<typeof serve>[0]);
