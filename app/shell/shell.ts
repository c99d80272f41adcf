// What can be done: opening, closing, looking at things. Every change of the state goes through here.

import type { Client } from "../decoder/client.ts";
import type { Opening as Answer } from "../decoder/protocol.ts";
import { HIDABLE, type Link, type ListingLink, type Name, toFragment, zoomLink } from "../link/link.ts";
import { nameOf, resolve } from "../link/name.ts";
import type { Checkpoint } from "../model/checkpoint.ts";
import { LISTINGS, type Listing } from "../model/columns.ts";
import type { Looked } from "../model/related.ts";
import { listSamples, loadSample } from "./samples.ts";
import {
  type Doc,
  type Docs,
  type Failure,
  firstColumns,
  firstState,
  type Input,
  type ListingView,
  type Origin,
  type Side,
  type State,
  shownDoc,
} from "./state.ts";
import { createStore, type Store } from "./store.ts";

/** Progress is shown only for what takes longer than this, in milliseconds. */
const SLOW = 250;

export type Shell = ReturnType<typeof createShell>;

/** `network`: whether the page may ask a network for anything; a report may not. */
export function createShell(client: Client, network = true) {
  const store: Store<State> = createStore(firstState());
  const { get, set } = store;
  /** Ends the opening under way. */
  let opening: AbortController | null = null;
  /** The state to go back to when an opening comes to nothing. */
  let settled: State = store.get();
  /** What a link asked to select, until there is an image to find it in. */
  let wanted: Name | null = null;

  const forget = (docs: Docs): void => {
    for (const { document } of docs) if (document !== null) void client.ask("close", { document }).catch(() => {});
  };

  const fail = (failure: Failure): void => set({ failure, opening: null });

  /** Shows documents in place of others, keeping what is looked at where it is still there. */
  const show = (docs: Docs, origin: Origin): void =>
    set((state) => {
      const before = shownDoc(state);
      const side: Side = docs.length === 2 ? state.side : 0;
      const after = docs[side] ?? docs[0];
      const name =
        wanted ??
        (before && state.looked && before.input === after?.input ? nameOf(before.checkpoint, state.looked) : null);
      const looked = after && name ? resolve(after.checkpoint, name) : null;
      if (looked !== null && after?.document !== null) wanted = null;
      return { docs, origin, side, looked, failure: null };
    });

  /** Runs one opening: at most one is under way, and it can be cancelled. */
  const begin = async (
    name: string,
    run: (signal: AbortSignal) => Promise<void>,
    failedAdvice = FAILED_ADVICE,
  ): Promise<void> => {
    if (opening === null) settled = get();
    opening?.abort(new DOMException("Cancelled", "AbortError"));
    const control = new AbortController();
    opening = control;
    set({ opening: { name, progress: null, slow: false }, failure: null, dialog: null });
    const timer = setTimeout(() => {
      const now = get().opening;
      if (opening === control && now) set({ opening: { ...now, slow: true } });
    }, SLOW);
    try {
      await run(control.signal);
    } catch (error) {
      if (opening !== control) return;
      // What was open before is shown again; an early part is not worth keeping without its rest.
      const { docs, origin, side, looked } = settled;
      set({ docs, origin, side, looked });
      if (!control.signal.aborted) {
        const message = error instanceof Error ? error.message : String(error);
        fail({ message, advice: error instanceof Refused ? REFUSED_ADVICE : failedAdvice });
      }
    } finally {
      clearTimeout(timer);
      if (opening === control) {
        opening = null;
        set({ opening: null });
      }
    }
  };

  /** Decodes one image, handing on its early parts. */
  const decode = async (
    input: Input,
    dialect: string | null,
    signal: AbortSignal,
    onDoc: (doc: Doc) => void,
  ): Promise<Doc> => {
    const answer: Answer = await client.ask(
      "open",
      { inputs: input.files, ...(dialect !== null && { dialect }) },
      {
        signal,
        onProgress: (progress) => {
          const now = get().opening;
          if (now && !signal.aborted) set({ opening: { ...now, name: input.name, progress } });
        },
        onPart: (checkpoint: Checkpoint) => {
          if (!signal.aborted) onDoc({ input, document: null, checkpoint, dialect });
        },
      },
    );
    if ("refused" in answer) throw new Refused(answer.refused);
    return { input, document: answer.document, checkpoint: answer.checkpoint, dialect };
  };

  const openAll = async (inputs: readonly Input[], origin: Origin, signal: AbortSignal): Promise<void> => {
    const [first, second] = inputs;
    if (first === undefined) return;
    const old = settled.docs;
    set({ side: 0, bannerHidden: false, zoom: null, zoomWanted: null });
    const before = await decode(first, null, signal, (doc) => show([doc], origin));
    if (second === undefined) show([before], origin);
    else {
      try {
        show([before, await decode(second, null, signal, () => {})], origin);
      } catch (error) {
        forget([before]);
        throw error;
      }
    }
    forget(old);
  };

  return {
    store,
    client,
    network,

    /** Opens one image, or two to compare: before and after. */
    open(inputs: readonly Input[], origin: Origin = null): Promise<void> {
      const name = inputs.map((input) => input.name).join(" and ");
      return begin(name, (signal) => openAll(inputs, origin, signal), adviceFor(inputs));
    },

    /** Opens what was dropped or picked; asks first where one image comes upon an open one. */
    receive(inputs: readonly Input[], compare = false): void {
      const [input] = inputs;
      const [open] = get().docs;
      if (input === undefined) return;
      if (inputs.length === 1 && open && compare) void this.compareWith(input);
      else if (inputs.length === 1 && open) set({ dialog: { kind: "dropped", input } });
      else void this.open(inputs);
    },

    /** Opens an image beside the one that is open: that one is before. */
    compareWith(input: Input, origin: Origin = null): Promise<void> {
      return begin(
        input.name,
        async (signal) => {
          const before = shownDoc(settled);
          if (before === null || before.document === null) return openAll([input], origin, signal);
          const after = await decode(input, null, signal, () => {});
          const others = settled.docs.filter((doc) => doc !== before);
          show([before, after], origin);
          forget(others as unknown as Docs);
        },
        adviceFor([input]),
      );
    },

    /** Decodes a document again, in a dialect chosen by hand (`null`: the one that its bytes suggest). */
    reopen(side: Side, dialect: string | null): Promise<void> {
      const doc = get().docs[side];
      if (doc === undefined) return Promise.resolve();
      return begin(doc.input.name, async (signal) => {
        const again = await decode(doc.input, dialect, signal, () => {});
        const [before, after] = get().docs;
        if (after === undefined) show([again], get().origin);
        else if (before !== undefined) show(side === 0 ? [again, after] : [before, again], get().origin);
        forget([doc]);
      });
    },

    openSample(name: string): Promise<void> {
      return begin(name, async (signal) => {
        const sample = (await listSamples()).find((one) => one.name === name);
        if (sample === undefined) throw new Error(`There is no sample “${name}”.`);
        await openAll(await loadSample(sample, signal), { sample: name }, signal);
      });
    },

    cancel(): void {
      opening?.abort(new DOMException("Cancelled", "AbortError"));
    },

    close(): void {
      const { docs } = get();
      set({ docs: [], origin: null, looked: null, side: 0, failure: null });
      forget(docs);
    },

    swap(): void {
      const { docs, side } = get();
      const [before, after] = docs;
      if (before && after) set({ docs: [after, before], side: side === 0 ? 1 : 0 });
    },

    /** Looks at the other of two documents, at the same thing if it is there. */
    turn(side: Side): void {
      const { docs, looked } = get();
      const [from, to] = [shownDoc(get()), docs[side]];
      if (!from || !to || from === to) return;
      const name = looked && nameOf(from.checkpoint, looked);
      set({ side, looked: name && resolve(to.checkpoint, name) });
    },

    look(looked: Looked | null): void {
      set({ looked });
    },

    setListing(listing: Listing, change: Partial<ListingView>): void {
      set(({ listings }) => ({ listings: { ...listings, [listing]: { ...listings[listing], ...change } } }));
    },

    /** Says a sentence about what was done. */
    notify(notice: string): void {
      set({ notice });
    },

    fail,

    /** Puts the page into the state that a link describes, as far as it does. Opens nothing. */
    applyLink(link: Link): void {
      const tab = link.tab ?? "descriptors";
      const listings: Record<Listing, ListingView> = { ...firstState().listings };
      wanted = link.select ?? null;
      const listing: ListingView = {
        filter: link.filter ?? "",
        sort: link.sort ?? null,
        columns: link.columns ?? firstColumns(tab),
      };
      for (const each of LISTINGS) {
        const other = link.others?.[each];
        if (other === undefined) continue;
        const { filter = "", sort = null, columns = firstColumns(each) } = other;
        listings[each] = { filter, sort, columns };
      }
      const hidden = link.hide ?? [];
      set({
        tab,
        listings: { ...listings, [tab]: listing },
        zoomWanted: link.zoom ?? null,
        treeShown: !hidden.includes("tree"),
        tablesShown: !hidden.includes("tables"),
        inspectorShown: !hidden.includes("inspector"),
      });
      const side: Side = link.side === "after" ? 1 : 0;
      const doc = get().docs[side];
      if (doc === undefined) return;
      set({ side, looked: wanted && resolve(doc.checkpoint, wanted) });
      wanted = null;
    },

    /** The whole address of a link to what is looked at, with the images from elsewhere than they came from. */
    address(origin?: { readonly data: string }): string {
      const { sample: _s, open: _o, with: _w, data: _d, ...view } = this.link();
      const [page = ""] = window.location.href.split("#", 1);
      return `${page}#${toFragment(origin === undefined ? this.link() : { ...view, ...origin })}`;
    },

    /** The link to what is looked at. */
    link(): Link {
      const state = get();
      const { origin, docs, side, looked, tab, listings } = state;
      const doc = shownDoc(get());
      const select = doc && looked ? nameOf(doc.checkpoint, looked) : wanted;
      const others: Partial<Record<Listing, ListingLink>> = {};
      for (const each of LISTINGS) {
        const other = listingLink(each, listings[each]);
        if (each !== tab && Object.keys(other).length > 0) others[each] = other;
      }
      const shown = { tree: state.treeShown, tables: state.tablesShown, inspector: state.inspectorShown };
      const hide = HIDABLE.filter((panel) => !shown[panel]);
      const zoom = state.zoom && zoomLink(state.zoom);
      return {
        ...origin,
        ...(docs.length === 2 && side === 1 && { side: "after" as const }),
        ...(select && { select }),
        ...(tab !== "descriptors" && { tab }),
        ...listingLink(tab, listings[tab]),
        ...(Object.keys(others).length > 0 && { others }),
        ...(doc && zoom && (zoom.k !== 1 || zoom.x !== 0 || zoom.y !== 0) && { zoom }),
        ...(hide.length > 0 && { hide }),
      };
    },
  };
}

/** What differs in a listing from how it is shown at first. */
function listingLink(listing: Listing, { filter, sort, columns }: ListingView): ListingLink {
  return {
    ...(filter && { filter }),
    ...(sort && { sort }),
    ...(columns.join() !== firstColumns(listing).join() && { columns }),
  };
}

/** The input is no image that the decoders know. */
class Refused extends Error {}

const REFUSED_ADVICE =
  "Open a Linux-CR stream, a CRIU image folder (drop the whole folder) or an archive of one (.tar, .tar.gz, .tar.zst).";
/** What goes wrong with hosted images comes with its own advice. */
const adviceFor = (inputs: readonly Input[]): string =>
  inputs.some(({ from }) => from !== undefined) ? "" : FAILED_ADVICE;

const FAILED_ADVICE = "Try again; if the file changed or moved since it was dropped, drop it once more.";
