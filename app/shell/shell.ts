// What can be done: opening, closing, looking at things. Every change of the state goes through here.

import { isDialect } from "../decoder/dialects.ts";
import { type ChangeName, changeAbout, findChange, nameOfChange, objectOfChange } from "../diff/about.ts";
import { type ChangeKind, mirrored } from "../diff/changes.ts";
import { kindAt } from "../diff/describe.ts";
import { hiddenKinds, stepChange } from "../diff/lines.ts";
import {
  type ChoiceLink,
  HIDABLE,
  type Link,
  type ListingLink,
  type Name,
  toFragment,
  zoomLink,
} from "../link/link.ts";
import { nameOf, resolve } from "../link/name.ts";
import type { Checkpoint } from "../model/checkpoint.ts";
import { LISTINGS, type Listing } from "../model/columns.ts";
import { objectOf, type Selection } from "../model/related.ts";
import { onSide, otherSide, type Side } from "../model/side.ts";
import type { Client } from "../worker/client.ts";
import type { OpenResponse } from "../worker/protocol.ts";
import { byteRange, bytesForSelection, clampToMember, selectionForBytes } from "./byte-selection.ts";
import { listSamples, loadSample } from "./samples.ts";
import { shownDoc } from "./selectors.ts";
import {
  type ByteSelection,
  type Compared,
  type Doc,
  type Docs,
  type Failure,
  firstColumns,
  firstState,
  type Input,
  type ListingView,
  type Origin,
  type State,
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
  let wantedBytes: ByteSelection | null = null;
  let wantedChange: ChangeName | null = null;
  let wantedSide: Side | null = null;
  let wantedSwapped = false;
  let wantedChoices: readonly (ChoiceLink | undefined)[] = [];

  const forget = (docs: Docs): void => {
    for (const { document } of docs) if (document !== null) void client.request("close", { document }).catch(() => {});
  };

  const fail = (failure: Failure): void => set({ failure, opening: null });

  /** Shows documents in place of others, keeping what is looked at where it is still there. */
  const show = (docs: Docs, origin: Origin, compared: Compared | null = null): void =>
    set((state) => {
      const before = shownDoc(state);
      const side = docs.length < 2 ? "before" : (wantedSide ?? (state.docs.length === 2 ? state.side : "after"));
      const after = onSide(docs, side) ?? docs[0];
      const name =
        wanted ??
        (before && state.selection && before.input === after?.input
          ? nameOf(before.checkpoint, state.selection)
          : null);
      const selection = after && name ? resolve(after.checkpoint, name) : null;
      if (selection !== null && after?.document !== null) wanted = null;
      const kept = wantedBytes ?? (before && before.input === after?.input ? state.bytes : null);
      const changeName =
        wantedChange ??
        (state.compared && state.change !== null ? nameOfChange(state.compared.comparison, state.change) : null);
      const shown = { docs, origin, side, selection, compared, change: null, failure: null };
      if (after?.document != null && (compared !== null || docs.length === 1)) wantedBytes = null;
      if (compared === null) return { ...shown, ...withBytes(shown, kept) };
      wantedSide = null;
      wantedChange = null;
      const all = { ...shown, ...selected(shown, changeName, selection !== null) };
      return { ...all, ...withBytes(all, kept) };
    });

  /** The bytes that are to be selected if they are in the image, else those of what is looked at; and what they are about. */
  const withBytes = (
    state: Pick<State, "docs" | "side" | "selection">,
    kept: ByteSelection | null,
  ): Pick<State, "bytes" | "selection"> => {
    const { selection } = state;
    const doc = shownDoc(state);
    // An early part may not have come to where the bytes are.
    const inside = doc && kept ? clampToMember(doc.checkpoint, kept) : null;
    if (doc === null || inside === null)
      return { selection, bytes: doc && bytesForSelection(doc.checkpoint, selection, null) };
    return { selection: selection ?? selectionForBytes(doc.checkpoint, inside, null), bytes: inside };
  };

  /** Sets what is looked at; the bytes follow. */
  const select = (change: Pick<State, "selection"> & Partial<State>): void =>
    set((state) => {
      const doc = shownDoc({ ...state, ...change });
      const shown = doc === shownDoc(state) ? state.bytes : null;
      return { ...change, bytes: doc && bytesForSelection(doc.checkpoint, change.selection, shown) };
    });

  /** What is selected where a change of a name is. `keep`: what is looked at stays so, if there is anything. */
  const selected = (
    { compared, selection, side }: Pick<State, "compared" | "selection" | "side">,
    name: ChangeName | null,
    keep = false,
  ): Pick<State, "change" | "selection" | "side"> => {
    const change = compared && name ? findChange(compared.comparison, name) : -1;
    if (compared === null || change === -1) return { change: null, selection, side };
    return keep ? { change, selection, side } : { change, ...selectionOfChange(compared, change) };
  };

  const selectionOfChange = ({ comparison }: Compared, change: number): Pick<State, "selection" | "side"> => {
    const object = objectOfChange(comparison, change);
    return { selection: object?.ref ?? null, side: object?.side ?? "after" };
  };

  /** The change that goes with what is looked at; null where nothing is compared or nothing has changed. */
  const changeOf = (selection: Selection | null, side: Side): number | null => {
    const { compared, docs, off, change } = get();
    const doc = onSide(docs, side);
    const ref = doc && selection && objectOf(doc.checkpoint, selection);
    if (!compared || !ref) return null;
    const found = changeAbout(compared.comparison, { side, ref }, hiddenKinds(off), change ?? -1);
    return found === -1 ? null : found;
  };

  /** Has the worker compare two documents. */
  const compare = async (before: Doc, after: Doc, signal: AbortSignal): Promise<Compared> => {
    if (before.document === null || after.document === null) throw new Error("An image is not open yet.");
    const two = { before: before.document, after: after.document };
    const { differences, unrelated, digits } = await client.request("diff", two, { signal });
    return {
      comparison: { ...differences, before: before.checkpoint, after: after.checkpoint },
      unrelated,
      digits,
    };
  };

  /** As `compare`; a document that was opened for it is forgotten if it comes to nothing. */
  const compareNew = async (before: Doc, after: Doc, fresh: Doc, signal: AbortSignal): Promise<Compared> => {
    try {
      return await compare(before, after, signal);
    } catch (error) {
      forget([fresh]);
      throw error;
    }
  };

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
      const { docs, origin, side, selection, bytes, compared, change, swapped } = settled;
      set({ docs, origin, side, selection, bytes, compared, change, swapped });
      if (!control.signal.aborted) {
        const message = error instanceof Error ? error.message : String(error);
        const choices = error instanceof Refused ? error.choices : [];
        const advice = error instanceof Refused ? REFUSED_ADVICE : failedAdvice;
        fail(choices.length > 0 ? { message, advice: CHOICE_ADVICE, choices } : { message, advice });
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
    const response: OpenResponse = await client.request(
      "open",
      {
        inputs: input.files,
        ...(dialect !== null && { dialect }),
        ...(input.set !== undefined && { set: input.set }),
      },
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
    if ("refused" in response) {
      const choices = (response.choices ?? []).map(
        (set): Input => ({ name: set || input.name, files: input.files, set }),
      );
      throw new Refused(response.refused, choices);
    }
    return { input, document: response.document, checkpoint: response.checkpoint, dialect };
  };

  const openAll = async (inputs: readonly Input[], origin: Origin, signal: AbortSignal): Promise<void> => {
    const [first, second] = inputs;
    if (first === undefined) return;
    const old = settled.docs;
    set({ side: "before", bannerHidden: false, swapped: false, left: "changes", zoom: null, requestedZoom: null });
    const dialect = first.dialect ?? null;
    // Of two, an early part of one is not what is waited for.
    const before = await decode(first, dialect, signal, (doc) => second === undefined && show([doc], origin));
    if (second === undefined) show([before], origin);
    else {
      try {
        const after = await decode(second, second.dialect ?? null, signal, () => {});
        show([before, after], origin, await compareNew(before, after, after, signal));
      } catch (error) {
        forget([before]);
        throw error;
      }
    }
    forget(old);
  };

  /** Opens what a link leads to, as it chose and in the order that it wants. */
  const openInOrder = async (inputs: readonly Input[], origin: Origin, signal: AbortSignal): Promise<void> => {
    const swapped = wantedSwapped && inputs.length === 2;
    const chosen = inputs.map((input, at) => {
      const { dialect, set } = wantedChoices[at] ?? {};
      return { ...input, ...(dialect && isDialect(dialect) && { dialect }), ...(set && { set }) };
    });
    await openAll(swapped ? chosen.toReversed() : chosen, origin, signal);
    set({ swapped });
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

    /** Opens what a link leads to, in the other order if the link says so. */
    openLinked(inputs: readonly Input[], origin: Origin): Promise<void> {
      const name = inputs.map((input) => input.name).join(" and ");
      return begin(name, (signal) => openInOrder(inputs, origin, signal), adviceFor(inputs));
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
          set({ bannerHidden: false, swapped: false, left: "changes" });
          show([before, after], origin, await compareNew(before, after, after, signal));
          forget(others as unknown as Docs);
        },
        adviceFor([input]),
      );
    },

    /** Decodes a document again, in a dialect chosen by hand (`null`: the one that its bytes suggest). */
    reopen(side: Side, dialect: string | null): Promise<void> {
      const doc = onSide(get().docs, side);
      if (doc === undefined) return Promise.resolve();
      return begin(doc.input.name, async (signal) => {
        const again = await decode(doc.input, dialect, signal, () => {});
        const [before, after] = get().docs;
        if (after === undefined) show([again], get().origin);
        else if (before !== undefined) {
          const pair = side === "before" ? ([again, after] as const) : ([before, again] as const);
          show(pair, get().origin, await compareNew(...pair, again, signal));
        }
        forget([doc]);
      });
    },

    openSample(name: string): Promise<void> {
      return begin(name, async (signal) => {
        const sample = (await listSamples()).find((one) => one.name === name);
        if (sample === undefined) throw new Error(`There is no sample “${name}”.`);
        await openInOrder(await loadSample(sample, signal), { sample: name }, signal);
      });
    },

    cancel(): void {
      opening?.abort(new DOMException("Cancelled", "AbortError"));
    },

    close(): void {
      const { docs } = get();
      opening?.abort(new DOMException("Closed", "AbortError"));
      opening = null;
      set({
        docs: [],
        opening: null,
        origin: null,
        selection: null,
        bytes: null,
        compared: null,
        change: null,
        side: "before",
        failure: null,
      });
      forget(docs);
    },

    /** Before becomes after. Nothing is decoded again. */
    swap(): Promise<void> {
      const [before, after] = get().docs;
      if (!before || !after) return Promise.resolve();
      return begin("the images in the other order", async (signal) => {
        const compared = await compare(after, before, signal);
        set((state) => {
          const { docs, side, selection, change, swapped } = state;
          if (docs[0] !== before || docs[1] !== after) return {};
          const old = state.compared && change !== null ? nameOfChange(state.compared.comparison, change) : null;
          const turned = { compared, selection, side: otherSide(side) };
          return {
            docs: [after, before] as const,
            compared,
            swapped: !swapped,
            ...selected(turned, old && { ...old, kind: mirrored(old.kind) }),
          };
        });
      });
    },

    /** Looks at the other of two documents, at the same thing if it is there. */
    showSide(side: Side): void {
      const { docs, selection } = get();
      const [from, to] = [shownDoc(get()), onSide(docs, side)];
      if (!from || !to || from === to) return;
      const name = selection && nameOf(from.checkpoint, selection);
      const there = name && resolve(to.checkpoint, name);
      select({ side, selection: there, change: changeOf(there, side) });
    },

    select(selection: Selection | null): void {
      const { side } = get();
      select({ selection, change: changeOf(selection, side) });
    },

    /** Selects bytes, and looks at what they are about. */
    selectBytes(bytes: ByteSelection): void {
      const { side, selection } = get();
      const doc = shownDoc(get());
      const inside = doc && clampToMember(doc.checkpoint, bytes);
      if (!doc || !inside) return;
      const about = selectionForBytes(doc.checkpoint, inside, selection);
      set(about === selection ? { bytes: inside } : { selection: about, change: changeOf(about, side), bytes: inside });
    },

    /** Selects the bytes of a field or record and shows them. */
    showBytes(member: number, offset: number, length: number): void {
      this.selectBytes(byteRange(member, offset, length));
      set({ bytesShown: true, tablesShown: true, panel: "tables" });
    },

    /** Looks at something in one of two documents. */
    selectIn(side: Side, selection: Selection | null): void {
      select({ side, selection, change: changeOf(selection, side) });
    },

    /** Selects a change, and looks at what shows it. */
    selectChange(change: number): void {
      const { compared } = get();
      if (compared) select({ change, ...selectionOfChange(compared, change) });
    },

    /** Switches a kind of change off, or on again. A selected change of a kind that is off is let go. */
    switchKind(kind: ChangeKind): void {
      set(({ off, compared, change }) => {
        const next = off.includes(kind) ? off.filter((each) => each !== kind) : [...off, kind];
        const gone = compared && change !== null && next.includes(kindAt(compared.comparison, change));
        return { off: next, change: gone ? null : change };
      });
    },

    /** Selects the next change that is listed, or the one before. At the end it stays where it is. */
    stepChange(by: 1 | -1): void {
      const { compared, change, off } = get();
      if (compared === null) return;
      const next = stepChange(compared.comparison.changes, hiddenKinds(off), change ?? -1, by);
      if (next !== -1) this.selectChange(next);
    },

    /** Shows a listing in the tables' place. */
    showListing(tab: Listing): void {
      set(({ compared, view }) => ({
        tab,
        bytesShown: false,
        panel: "tables",
        tablesShown: true,
        view: compared ? "one" : view,
      }));
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
      const { bytes } = link;
      wantedBytes = bytes ? { member: bytes.member, anchor: bytes.from, at: bytes.to } : null;
      wantedChange = link.change ?? null;
      wantedSide = link.side ?? null;
      wantedSwapped = link.order === "swapped";
      wantedChoices = [link.first, link.second];
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
        bytesShown: bytes !== undefined,
        requestedZoom: link.zoom ?? null,
        treeShown: !hidden.includes("tree"),
        tablesShown: !hidden.includes("tables"),
        inspectorShown: !hidden.includes("inspector"),
        off: link.off ?? [],
        view: link.view ?? "sideBySide",
        onlyChanges: link.rows !== "all",
      });
      const { docs, compared } = get();
      const side: Side = docs.length === 2 ? (wantedSide ?? "after") : "before";
      const doc = onSide(docs, side);
      if (doc === undefined) return;
      const selection = wanted && resolve(doc.checkpoint, wanted);
      const all = { docs, ...selected({ compared, selection, side }, wantedChange, selection !== null) };
      set({ ...all, ...withBytes(all, wantedBytes) });
      wanted = null;
      wantedBytes = null;
      wantedChange = null;
      wantedSide = null;
    },

    /** The whole address of a link to what is looked at, with the images from elsewhere than they came from. */
    address(origin?: { readonly data: string }): string {
      const link = this.link();
      const { sample: _s, open: _o, with: _w, data: _d, order: _r, first: _f, second: _c, ...view } = link;
      const [page = ""] = window.location.href.split("#", 1);
      return `${page}#${toFragment(origin === undefined ? link : { ...view, ...origin })}`;
    },

    /** The link to what is looked at. */
    link(): Link {
      const state = get();
      const { origin, docs, side, selection, tab, listings, compared, change, off, view, onlyChanges, swapped } = state;
      const doc = shownDoc(get());
      const changeName = compared && change !== null ? nameOfChange(compared.comparison, change) : wantedChange;
      const select = doc && selection ? nameOf(doc.checkpoint, selection) : wanted;
      const [first, second] = origin === null ? [] : (swapped ? docs.toReversed() : docs).map(choiceLink);
      const others: Partial<Record<Listing, ListingLink>> = {};
      for (const each of LISTINGS) {
        const other = listingLink(each, listings[each]);
        if (each !== tab && Object.keys(other).length > 0) others[each] = other;
      }
      const shown = { tree: state.treeShown, tables: state.tablesShown, inspector: state.inspectorShown };
      const hide = HIDABLE.filter((panel) => !shown[panel]);
      const zoom = state.zoom && zoomLink(state.zoom);
      const bytes = state.bytesShown ? (state.bytes ?? wantedBytes ?? { member: 0, anchor: 0, at: 0 }) : null;
      return {
        ...origin,
        ...(first && { first }),
        ...(second && { second }),
        ...(docs.length === 2 && side === "before" && { side }),
        ...(select && { select }),
        ...(tab !== "descriptors" && { tab }),
        ...listingLink(tab, listings[tab]),
        ...(Object.keys(others).length > 0 && { others }),
        ...(bytes && { bytes: { member: bytes.member, from: bytes.anchor, to: bytes.at } }),
        ...(changeName && { change: changeName }),
        ...(docs.length === 2 && off.length > 0 && { off }),
        ...(docs.length === 2 && view === "one" && { view }),
        ...(docs.length === 2 && !onlyChanges && { rows: "all" as const }),
        ...(origin && swapped && { order: "swapped" as const }),
        ...(doc && zoom && (zoom.k !== 1 || zoom.x !== 0 || zoom.y !== 0) && { zoom }),
        ...(hide.length > 0 && { hide }),
      };
    },
  };
}

/** What was chosen by hand for a document, as links say it. */
function choiceLink({ dialect, input: { set } }: Doc): ChoiceLink | null {
  return dialect !== null || set !== undefined ? { ...(dialect && { dialect }), ...(set && { set }) } : null;
}

/** What differs in a listing from how it is shown at first. */
function listingLink(listing: Listing, { filter, sort, columns }: ListingView): ListingLink {
  return {
    ...(filter && { filter }),
    ...(sort && { sort }),
    ...(columns.join() !== firstColumns(listing).join() && { columns }),
  };
}

/** The input is no image that the decoders know, or several. */
class Refused extends Error {
  readonly choices: readonly Input[];

  constructor(message: string, choices: readonly Input[]) {
    super(message);
    this.choices = choices;
  }
}

const CHOICE_ADVICE = "Which one?";

const REFUSED_ADVICE =
  "Open a Linux-CR stream, a CRIU image folder (drop the whole folder) or an archive of one (.tar, .tar.gz, .tar.zst).";
/** What goes wrong with hosted images comes with its own advice. */
const adviceFor = (inputs: readonly Input[]): string =>
  inputs.some(({ from }) => from !== undefined) ? "" : FAILED_ADVICE;

const FAILED_ADVICE = "Try again; if the file changed or moved since it was dropped, drop it once more.";
