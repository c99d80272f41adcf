// Opens and closes images: one, or two to compare.

import { isDialect } from "../../decoder/dialects.ts";
import { earlierOf } from "../../model/comparison/earlier.ts";
import { onSide, otherSide, type Side } from "../../model/comparison/side.ts";
import { counted } from "../../model/text/words.ts";
import type { Client } from "../../worker/client.ts";
import { isLaidOutByWorker, type Layouts } from "../layouts.ts";
import { reportMissing } from "../report-missing.ts";
import { reachedLimit, shownDoc } from "../selectors.ts";
import {
  type Choice,
  type Compared,
  type Doc,
  type Docs,
  type Input,
  NOTHING_PENDING,
  type Origin,
  type PendingLink,
  type State,
} from "../state.ts";
import type { Store } from "../store.ts";
import type { Widths } from "../tables/widths.ts";
import { NEW_VIEW, NOTHING_ASKED, NOTHING_OPEN, shown, swapped, wasOpen } from "./documents-state.ts";
import { readDropped } from "./dropped.ts";
import { mayHaveFacts, withoutFacts } from "./host-facts.ts";
import { adviceFor, closeDocs, compareDocs, type Opening, RefusedError, restored } from "./opening.ts";
import { listSamples, loadSample } from "./samples.ts";

export interface DocumentActions {
  /** Opens one image, or two to compare: before and after. */
  open(inputs: readonly Input[], origin?: Origin): Promise<void>;
  /** Opens the images of a link, with its dialects, sets and order. */
  openLinked(inputs: readonly Input[], origin: Origin): Promise<void>;
  /** Opens a sample by its name. */
  openSample(name: string): Promise<void>;
  /**
   * Takes facts of a host, and finds the images, in dropped or picked files. One is opened, two are compared; if there
   * are more, the user chooses. If an image is open already, a single new one is compared with it if `compare` is true;
   * otherwise the user is asked.
   */
  receive(input: Input | null, compare?: boolean): Promise<void>;
  /** Receives dropped files once the folders among them have been read. */
  receiveDropped(reading: Promise<Input | null>): Promise<void>;
  /** Opens one of several images that were found, or compares two, the earlier one before. */
  choose(choices: readonly Choice[]): Promise<void>;
  /**
   * Compares the shown image with another one, the earlier one before. If the order is unknown, the shown one is
   * before.
   */
  compareWith(input: Input, origin?: Origin): Promise<void>;
  /** Compares an image with one of the two that are open, in place of the one on `side`. */
  replace(side: Side, input: Input): Promise<void>;
  /** Decodes a document again, in a dialect that the user chose. `null`: the detected dialect. */
  reopen(side: Side, dialect: string | null): Promise<void>;
  /** Decodes a document again with a higher value of the limit that ended its decoding. */
  raiseLimit(side: Side): Promise<void>;
  /** Swaps before and after, without decoding again. */
  swap(): Promise<void>;
  /** Closes one of two images, and shows the other alone. */
  closeSide(side: Side): void;
  /** Cancels the opening in progress. */
  cancel(): void;
  /** Closes everything. */
  close(): void;
}

/** Shared by the functions below. */
interface Context {
  readonly client: Client;
  readonly store: Store<State>;
  readonly opening: Opening;
  readonly layouts: Layouts;
  readonly widths: Widths;
}

export function createDocuments(context: Context): DocumentActions {
  const { client, store, opening } = context;
  const { get, set } = store;
  /** The signal of the swap in progress. */
  let swapping: AbortSignal | null = null;

  const open: DocumentActions["open"] = (inputs, origin = null) =>
    opening.begin(namesOf(inputs), (signal) => openAll(context, inputs, origin, signal), adviceFor(inputs));

  const choose: DocumentActions["choose"] = (choices) =>
    opening.begin(choices.map(({ input }) => input.name).join(" and "), (signal) =>
      openChosen(context, choices, signal),
    );

  const compareWith: DocumentActions["compareWith"] = (input, origin = null) =>
    opening.begin(input.name, (signal) => openSecond(context, input, origin, signal), adviceFor([input]));

  const receiveAll: DocumentActions["receive"] = (all, compare = false) => {
    if (all === null) return Promise.resolve();
    return opening.begin(all.name, async (signal) => {
      const input = mayHaveFacts(all) ? await withoutFacts(client, store, all, signal) : all;
      if (input !== null) await receive(context, input, compare, signal);
    });
  };

  return {
    open,
    openLinked: (inputs, origin) =>
      opening.begin(namesOf(inputs), (signal) => openPending(context, inputs, origin, signal), adviceFor(inputs)),
    openSample: (name) =>
      opening.begin(name, async (signal) => {
        const sample = (await listSamples()).find((each) => each.name === name);
        if (sample === undefined) throw new Error(`There is no sample “${name}”.`);
        await openPending(context, await loadSample(sample, signal), { sample: name }, signal);
      }),
    receive: receiveAll,
    receiveDropped: (reading) => readDropped(context, reading).then((input) => receiveAll(input)),
    choose,
    compareWith,
    replace: (side, input) => opening.begin(input.name, (signal) => replaceSide(context, side, input, signal)),
    reopen(side, dialect) {
      const doc = onSide(get().docs, side);
      if (doc === undefined) return Promise.resolve();
      return opening.begin(doc.input.name, (signal) => reopen(context, side, doc, dialect, signal));
    },
    raiseLimit(side) {
      const doc = onSide(get().docs, side);
      const limit = doc && reachedLimit(doc);
      if (!doc || !limit) return Promise.resolve();
      const { found: _, raised = {}, ...input } = doc.input;
      // Finds the images again: an archive may have been unpacked only in part.
      const higher = { ...input, raised: { ...raised, [limit]: (raised[limit] ?? 1) * RAISE } };
      return opening.begin(input.name, (signal) =>
        reopen(context, side, { ...doc, input: higher }, doc.dialect, signal),
      );
    },
    swap() {
      const [before, after] = get().docs;
      if (!before || !after) return Promise.resolve();
      // Swapping them once more leaves them as they are.
      if (swapping !== null && !swapping.aborted) {
        opening.cancel();
        return Promise.resolve();
      }
      return opening.begin("swapped images", async (signal) => {
        swapping = signal;
        try {
          const compared = await compare(context, after, before, signal);
          signal.throwIfAborted();
          set((state) => (state.docs[0] === before && state.docs[1] === after ? swapped(state, compared) : {}));
        } finally {
          if (swapping === signal) swapping = null;
        }
      });
    },
    closeSide(side) {
      const { docs } = get();
      const [closed, kept] = [onSide(docs, side), onSide(docs, otherSide(side))];
      if (closed === undefined || kept === undefined) return;
      opening.abandon();
      set((state) => ({ ...shown(state, [kept], null, null), ...wasOpen(state), order: null, ...NOTHING_ASKED }));
      closeDocs(client, [closed]);
    },
    cancel: () => opening.cancel(),
    close() {
      const { docs } = get();
      opening.abandon();
      set({ ...NOTHING_OPEN, ...wasOpen(get()), ...NOTHING_ASKED, failure: null });
      closeDocs(client, docs);
    },
  };
}

/** How many times as high a limit becomes when it is raised. */
const RAISE = 8;

const namesOf = (inputs: readonly Input[]): string => inputs.map(({ name }) => name).join(" and ");

/** Finds images in an input, and opens them or asks about them. */
async function receive(context: Context, input: Input, compare: boolean, signal: AbortSignal): Promise<void> {
  const { store, opening } = context;
  const { choices, count, ignored, only } = await opening.find(input, signal);
  const [first] = choices;
  const { docs } = opening.previous();
  if (first === undefined) return;
  if (count > 2) return store.set({ dialog: { kind: "choose", choices, count, ignored } });
  if (count === 1 && docs.length > 0 && !(compare && docs.length === 1)) {
    return store.set({ dialog: { kind: "dropped", input: first.input, ignored } });
  }
  if (count === 1 && docs.length > 0) await openSecond(context, first.input, null, signal);
  else await openChosen(context, choices, signal);
  if (ignored > 0)
    store.set({ notice: `${counted(ignored, "other file")} ignored${only === undefined ? "" : `: ${only}`}` });
}

/** Opens one image, or two, the earlier one before. */
async function openChosen(context: Context, choices: readonly Choice[], signal: AbortSignal): Promise<void> {
  const [first, second] = choices;
  if (first === undefined) return;
  if (second === undefined) return openAll(context, [first.input], null, signal);
  const order = earlierOf(first.summary, second.summary);
  const isFirst = order.earlier === "first";
  const inputs = isFirst ? [first.input, second.input] : [second.input, first.input];
  await openAll(context, inputs, null, signal);
  context.store.set({ order: { ...order, earlier: "first" } });
}

/** Opens one image or two in place of what is open. One of several images in an input has to be chosen. */
async function openAll(context: Context, inputs: readonly Input[], origin: Origin, signal: AbortSignal): Promise<void> {
  try {
    await openOneOrTwo(context, inputs, origin, signal);
  } catch (error) {
    const [input, other] = inputs;
    if (!(error instanceof RefusedError && error.isSeveral) || input === undefined || other !== undefined) throw error;
    const found = await context.opening.find(input, signal);
    context.store.set({
      ...restored(context.store.get(), context.opening.previous()),
      dialog: { kind: "choose", ...found },
    });
  }
}

async function openOneOrTwo(
  context: Context,
  inputs: readonly Input[],
  origin: Origin,
  signal: AbortSignal,
): Promise<void> {
  const { client, store, opening, layouts, widths } = context;
  const [first, second] = inputs;
  if (first === undefined) return;
  const { docs: replaced } = opening.previous();
  const { pending } = store.get();
  // What is open stays as it is until the first part of the new image takes its place.
  let isReplaced = false;
  const show = (docs: Docs, compared: Compared | null = null) => {
    const view = isReplaced ? {} : { ...wasOpen(opening.previous()), ...NEW_VIEW };
    isReplaced = true;
    store.set((state) => ({ ...view, ...shown(state, docs, origin, compared, state.pending.side ?? "after") }));
  };
  // With two images, an early part of the first would be replaced as soon as it is shown.
  const onPart = (part: Doc) => second === undefined && show([part]);
  const before = await opening.decode(first, first.dialect ?? null, signal, onPart);
  if (second === undefined) {
    const isDrawn = store.get().drawingShown && isLaidOutByWorker(before.checkpoint);
    if (before.document !== null) {
      if (isDrawn) layouts.prepare(before.document);
      if (widths.now(before) === null) void widths.of(before.document).catch(() => {});
    }
    show([before]);
  } else {
    try {
      const after = await opening.decode(second, second.dialect ?? null, signal);
      show([before, after], await compareNew(context, [before, after], after, signal));
    } catch (error) {
      closeDocs(client, [before]);
      throw error;
    }
  }
  closeDocs(client, replaced);
  await endWait(context, pending);
}

/** Opens images with the dialects, image sets and order of the pending link. */
async function openPending(
  context: Context,
  inputs: readonly Input[],
  origin: Origin,
  signal: AbortSignal,
): Promise<void> {
  const { swapped: isSwapped, choices } = context.store.get().pending;
  const chosen = inputs.map((input, index) => {
    const { dialect, set } = choices[index] ?? {};
    return { ...input, ...(dialect && isDialect(dialect) && { dialect }), ...(set && { set }) };
  });
  const swapped = isSwapped && inputs.length === 2;
  await openAll(context, swapped ? chosen.toReversed() : chosen, origin, signal);
  const [before, after] = context.store.get().docs;
  const isSample = origin !== null && "sample" in origin;
  const order = before && after && !isSample ? earlierOf(before.evidence, after.evidence) : null;
  context.store.set({ swapped, order });
}

/**
 * Ends the wait of a link for its images, once they are open, and reports what they do not have. What a comparison is
 * needed for goes on waiting for the second image.
 */
async function endWait({ client, store }: Context, pending: PendingLink): Promise<void> {
  const { docs, closed } = store.get();
  const isOfTwo = pending.change !== null || pending.side !== null || closed.length === 2;
  if (isOfTwo && docs.length === 1) return;
  store.set((state) => ({
    pending: { ...NOTHING_PENDING, swapped: state.pending.swapped, choices: state.pending.choices },
  }));
  await reportMissing({ client, store }, pending);
}

/** Opens an image to compare with the one that is shown. */
async function openSecond(context: Context, input: Input, origin: Origin, signal: AbortSignal): Promise<void> {
  const { opening } = context;
  const open = shownDoc(opening.previous());
  if (open === null || open.document === null) return openAll(context, [input], origin, signal);
  const added = await opening.decode(input, input.dialect ?? null, signal);
  const order = earlierOf(open.evidence, added.evidence);
  const isReversed = order.sure && order.earlier === "second";
  const pair = isReversed ? ([added, open] as const) : ([open, added] as const);
  await showPair(context, pair, added, { origin, swapped: isReversed, order: { ...order, earlier: "first" } }, signal);
}

/** Opens an image in place of the one on `side`. */
async function replaceSide(context: Context, side: Side, input: Input, signal: AbortSignal): Promise<void> {
  const { opening } = context;
  const kept = onSide(opening.previous().docs, otherSide(side));
  if (kept === undefined || kept.document === null) return openAll(context, [input], null, signal);
  const added = await opening.decode(input, input.dialect ?? null, signal);
  const pair = side === "before" ? ([added, kept] as const) : ([kept, added] as const);
  // The user said which is which.
  await showPair(context, pair, added, { origin: null, swapped: false, order: null }, signal);
}

/** Compares two documents and shows them in place of what was open. `added` was opened for it. */
async function showPair(
  context: Context,
  pair: readonly [Doc, Doc],
  added: Doc,
  { origin, ...more }: Pick<State, "origin" | "swapped" | "order">,
  signal: AbortSignal,
): Promise<void> {
  const { client, store, opening } = context;
  store.set({ bannerHidden: false, left: "changes" });
  const compared = await compareNew(context, pair, added, signal);
  const { pending } = store.get();
  store.set((state) => ({ ...shown(state, pair, origin, compared), ...more }));
  closeDocs(
    client,
    opening.previous().docs.filter((doc) => !pair.includes(doc)),
  );
  await endWait(context, pending);
}

/** Decodes `doc` again and shows it in the same place. */
async function reopen(
  context: Context,
  side: Side,
  doc: Doc,
  dialect: string | null,
  signal: AbortSignal,
): Promise<void> {
  const { client, store, opening } = context;
  const again = await opening.decode(doc.input, dialect, signal);
  const { docs, origin } = store.get();
  const [before, after] = docs;
  if (after === undefined) store.set((state) => shown(state, [again], origin, null));
  else if (before !== undefined) {
    const pair = side === "before" ? ([again, after] as const) : ([before, again] as const);
    const compared = await compareNew(context, pair, again, signal);
    store.set((state) => shown(state, pair, origin, compared));
  }
  closeDocs(client, [doc]);
}

/** Compares two documents that are about to be shown. */
async function compare(
  { client, store, layouts }: Context,
  before: Doc,
  after: Doc,
  signal: AbortSignal,
): Promise<Compared> {
  const compared = await compareDocs(client, before, after, signal);
  if (store.get().drawingShown && before.document !== null && after.document !== null) {
    layouts.prepareUnion({ before: before.document, after: after.document });
  }
  return compared;
}

/** Compares two documents. If that fails, closes `opened`, which was opened for it. */
async function compareNew(
  context: Context,
  [before, after]: readonly [Doc, Doc],
  opened: Doc,
  signal: AbortSignal,
): Promise<Compared> {
  try {
    return await compare(context, before, after, signal);
  } catch (error) {
    closeDocs(context.client, [opened]);
    throw error;
  }
}
