// Keeps the URL and the state in step. Opening images and selecting something add an entry to the browser's history;
// everything else replaces the URL of the current entry.

import { fromFragment, isDamaged, isTooLong, type Link, toFragment } from "../link/link.ts";
import { PART_MISSING } from "../model/text/missing-part.ts";
import type { LinkFault } from "./missing.ts";
import { openLinked } from "./opening/hosted.ts";
import type { Shell } from "./shell.ts";
import type { Docs, Input, Origin, State } from "./state.ts";

/** Milliseconds between two updates of the URL. Browsers throttle or reject more frequent ones. */
const SETTLE = 200;

interface Entry {
  /** Index into `openings`; absent or 0: the page's initial images. */
  readonly opened?: number;
  /** When the page that wrote the entry was loaded. Entries outlive the page; its `openings` do not. */
  readonly visit?: number;
  /** Names of the open files, if no link can record where they are. After a reload the page asks for them. */
  readonly files?: readonly string[];
}

const sameNames = (docs: Docs, names: readonly string[]): boolean =>
  docs.length === names.length && docs.every(({ input }, at) => input.name === names[at]);

const sameInputs = (docs: Docs, inputs: readonly Input[]): boolean =>
  docs.length === inputs.length && docs.every((doc) => inputs.includes(doc.input));

/** The origin of a link's images. */
function originOf({ sample, open, with: compared, data }: Link): Origin {
  if (sample !== undefined) return { sample };
  if (open !== undefined) return { open, ...(compared !== undefined && { with: compared }) };
  return data === undefined ? null : { data };
}

async function openOrigin(shell: Shell, origin: NonNullable<Origin>): Promise<void> {
  if ("sample" in origin) return shell.openSample(origin.sample);
  if ("open" in origin) {
    return openLinked(shell, origin.with === undefined ? [origin.open] : [origin.open, origin.with]);
  }
  const packed = await import("./opening/packed.ts").catch(() => null);
  return packed === null ? shell.fail(PART_MISSING) : packed.openPacked(shell, origin.data);
}

/** The parts of a link that Back and Forward walk through: the selection, and the image that it is in. */
const selectionText = ({ select, change, side }: Link): string =>
  toFragment({ ...(select && { select }), ...(change && { change }), ...(side && { side }) });

const sameOrigin = (a: Origin, b: Origin): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The names of the open files, if no link can record where they are. */
function filesOf({ docs, origin }: State): Pick<Entry, "files"> {
  return origin === null && docs.length > 0 ? { files: docs.map(({ input }) => input.name) } : {};
}

/** The address of the current view. */
function addressOf(shell: Shell, { location }: Window): string {
  const fragment = toFragment(shell.link());
  return fragment === "" ? location.pathname + location.search : `#${fragment}`;
}

/**
 * Opens the images of the URL, and then keeps the URL and the state in step.
 *
 * @param home The page's initial images: none, or those of a report.
 * @returns A function that stops it.
 */
export function followHistory(shell: Shell, window: Window, home: readonly Input[] = []): () => void {
  /** The images of each entry since the page was loaded, so that Back and Forward can reopen local files. */
  const openings: { readonly inputs: readonly Input[]; readonly origin: Origin }[] = [{ inputs: home, origin: null }];
  let current = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Navigations in progress; the URL is not rewritten meanwhile. */
  let navigating = 0;
  /** Number of the newest navigation, which wins over others. */
  let newest = 0;
  const visit = window.performance.timeOrigin;
  /** The selection that the current entry records. */
  let recorded = "";

  const currentEntry = (): Entry => ({ opened: current, visit, ...filesOf(shell.store.get()) });

  const write = (): void => {
    timer = undefined;
    // While an image is being opened, the current entry is still the one of the image before.
    if (navigating > 0 || !sameInputs(shell.store.get().docs, openings[current]?.inputs ?? [])) return;
    const selection = selectionText(shell.link());
    // Selections in quick succession are one entry: Back leads to where the user paused.
    if (selection !== recorded && shell.store.get().docs.length > 0)
      window.history.pushState(currentEntry(), "", addressOf(shell, window));
    else window.history.replaceState(currentEntry(), "", addressOf(shell, window));
    recorded = selection;
  };

  const changed = (): void => {
    const { docs, origin, opening } = shell.store.get();
    if (navigating > 0) return;
    // While an opening is in progress, only early parts may be shown: the entry waits for the whole.
    if (opening === null && !sameInputs(docs, openings[current]?.inputs ?? [])) {
      clearTimeout(timer);
      timer = undefined;
      openings.push({ inputs: docs.map(({ input }) => input), origin });
      current = openings.length - 1;
      recorded = selectionText(shell.link());
      // Images that are opened again after a reload replace those that the reload closed.
      const isAgain = shell.store.get().closed.length > 0;
      window.history[isAgain ? "replaceState" : "pushState"](currentEntry(), "", addressOf(shell, window));
      if (isAgain) shell.store.set({ closed: [] });
    } else timer ??= setTimeout(write, SETTLE);
  };

  const arrive = (): void => {
    const { docs, origin, opening } = shell.store.get();
    // If the user has opened something else meanwhile, that gets its own entry once it is open.
    if (opening !== null) return;
    const at = openings.findIndex(({ inputs }) => sameInputs(docs, inputs));
    if (at === -1) openings.push({ inputs: docs.map(({ input }) => input), origin });
    current = at === -1 ? openings.length - 1 : at;
    recorded = selectionText(shell.link());
  };

  /** Opens the images of the URL and applies its view. `entry`: the state of the history entry, if it has one. */
  const navigate = async (entry: Entry | null): Promise<void> => {
    const { hash } = window.location;
    const link = fromFragment(hash);
    navigating++;
    const navigation = ++newest;
    clearTimeout(timer);
    timer = undefined;
    try {
      const { origin, docs, opening } = shell.store.get();
      const known = knownOpening(entry);
      const wanted = originOf(link);
      const unreadable = known === undefined ? unreadableBecause(hash, link) : null;
      // The failure may be that of an earlier link.
      shell.store.set({ failure: null });
      // What is open stays as it is.
      if (unreadable !== null) {
        await reportFault(shell, unreadable);
        if (docs.length > 0) timer = setTimeout(write, SETTLE);
        return;
      }
      shell.applyLink(link);
      if (known !== undefined && known.inputs.length > 0) {
        if (!sameInputs(docs, known.inputs)) await shell.open(known.inputs, known.origin);
      } else if (wanted !== null) {
        if (!sameOrigin(origin, wanted)) await openOrigin(shell, wanted);
      } else if (entry === null && toFragment(link) !== "") {
        // A view without an image, which the user put into the page's address: it is applied to what is open, or will be.
        if (docs.length === 0 && opening === null) await reportFault(shell, "no image");
        else timer = setTimeout(write, SETTLE);
      } else if (!entry?.files || !sameNames(docs, entry.files)) {
        if (docs.length > 0 || opening !== null) shell.close();
        shell.store.set({ closed: entry?.files ?? [] });
      }
      // A newer navigation wins.
      if (navigation === newest) {
        shell.applyLink(link);
        shell.reportMissing(link);
      }
    } finally {
      navigating--;
      arrive();
    }
  };

  const knownOpening = (entry: Entry | null) => {
    if (entry?.visit === visit) return openings[entry.opened ?? -1];
    return home.length > 0 ? openings[0] : undefined;
  };

  const moved = (event: PopStateEvent): void => void navigate(event.state as Entry | null);
  window.addEventListener("popstate", moved);
  const stop = shell.store.subscribe(changed);
  // After a reload: the entry outlives the page.
  const entry = window.history.state as Entry | null;
  if (entry === null) window.history.replaceState({ opened: current, visit }, "");
  void navigate(entry);
  return () => {
    window.removeEventListener("popstate", moved);
    stop();
    clearTimeout(timer);
  };
}

/** Why nothing of a fragment can be read; `null`: something can, or it is empty. */
function unreadableBecause(fragment: string, link: Link): LinkFault | null {
  if (isTooLong(fragment)) return "too long";
  if (isDamaged(fragment)) return "damaged";
  const isEmpty = /^#?(?:v=[^&]*)?$/.test(fragment);
  return isEmpty || toFragment(link) !== "" ? null : "not a link";
}

/** Reports what is wrong with a link, unless something else was opened meanwhile. */
async function reportFault({ store }: Shell, fault: LinkFault): Promise<void> {
  const { docs } = store.get();
  const words = await import("./missing.ts").catch(() => null);
  const failure = words?.LINK_FAULTS[fault] ?? PART_MISSING;
  store.set((now) => (now.docs === docs && now.opening === null ? { failure } : {}));
}
