// Renders components in happy-dom, in a page with one image or two. Its worker is the decoder, called directly.
// Tests that use it begin with `// @vitest-environment happy-dom`.

import { act, createRef, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { onTestFinished, vi } from "vitest";
import { checkImage } from "../../app/checks/check.ts";
import { PageContext } from "../../app/components/context.ts";
import type { Image } from "../../app/decoder/image.ts";
import { diff } from "../../app/diff/diff.ts";
import { eventsOf } from "../../app/diff/lists/events.ts";
import { listed } from "../../app/diff/lists/listed.ts";
import { headline } from "../../app/export/changes/headline.ts";
import { overviewOf } from "../../app/model/overview.ts";
import { u32At } from "../../app/model/read.ts";
import { mappersOf, maybeMapped } from "../../app/resources/mappers.ts";
import { orderResource } from "../../app/resources/order.ts";
import { readResources } from "../../app/resources/read.ts";
import { createCommands } from "../../app/shell/commands/registry.ts";
import * as tools from "../../app/shell/comparing.ts";
import { createShell, type Shell } from "../../app/shell/shell.ts";
import type { Doc, Docs } from "../../app/shell/state.ts";
import type { Client } from "../../app/worker/client.ts";
import type { Requests } from "../../app/worker/protocol.ts";

/** React then expects every update inside `act`, and reports those that are not. */
(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

export interface RenderedPage {
  readonly shell: Shell;
  /** The image that is shown; of two, the one after. */
  readonly doc: Doc;
}

/** Answers the requests of the inspector and the byte view from images in memory. */
function clientOf(images: readonly Image[]): Client {
  const answers: Partial<{ [K in keyof Requests]: (request: Requests[K]["request"]) => unknown }> = {
    fields: ({ document, record }) => images[document]?.fields(record),
    details: ({ document, file }) => images[document]?.details(file),
    fieldsOf: async ({ document, first, last }) => {
      const rows = Array.from({ length: last - first + 1 }, (_, at) => first + at);
      return Promise.all(rows.map((row) => images[document]?.fields(row)));
    },
    orderResource: async ({ document, resource, order }) => {
      const table = (await readResources(images[document] as Image))[resource];
      return table === undefined ? new Uint32Array(0) : orderResource(table, order);
    },
    mappers: async ({ document, file }) => {
      const image = images[document] as Image;
      const { mappings } = await readResources(image, ["mappings"]);
      const ids = maybeMapped(image.checkpoint, file).map((row) => u32At(image.checkpoint.files.id, row));
      return mappings === undefined ? [] : mappersOf(mappings, new Set(ids));
    },
    overview: ({ document }) => overviewOf((images[document] as Image).checkpoint),
    headline: ({ before, after, hidden }) => {
      const comparison = diff((images[before] as Image).checkpoint, (images[after] as Image).checkpoint);
      return headline(comparison, eventsOf(comparison), hidden);
    },
    check: async ({ document }) => ({
      findings: await checkImage(images[document] as Image, { signal: new AbortController().signal }),
      titles: {},
    }),
    bytes: ({ document, member, offset, length }) => {
      const source = images[document]?.sources[member];
      return source?.read(offset, Math.min(length, source.size - offset));
    },
  };
  return {
    async request(kind, request) {
      const answer = answers[kind] as ((request: unknown) => unknown) | undefined;
      if (answer === undefined) throw new Error(`The test's client does not answer “${kind}”`);
      return (await answer(request)) as never;
    },
    terminate() {},
  };
}

/** A page with these images open: one, or two to compare. */
export function pageWith(...images: readonly Image[]): RenderedPage {
  const shell = createShell(clientOf(images));
  const evidence = { name: "test", time: null, uptime: null, parent: null, packedTime: null, fileTime: null };
  const docs = images.map(
    ({ checkpoint }, document): Doc => ({
      input: { name: "test", files: [] },
      document,
      checkpoint,
      dialect: null,
      evidence,
    }),
  ) as unknown as Docs;
  const [before, after] = docs;
  if (before === undefined) throw new Error("A page needs an image");
  if (after === undefined) shell.store.set({ docs });
  else {
    const comparison = {
      ...diff(before.checkpoint, after.checkpoint),
      before: before.checkpoint,
      after: after.checkpoint,
    };
    shell.store.set({
      docs,
      side: "after",
      compared: {
        comparison,
        events: eventsOf(comparison),
        listed: listed(comparison),
        tools: { ...tools },
        unrelated: [],
        digits: { pos: 8, version: 8 },
      },
    });
  }
  return { shell, doc: after ?? before };
}

/**
 * Renders inside the page until the test ends, and waits for its effects. Returns the element that the component is in.
 */
export async function render({ shell }: RenderedPage, component: ReactNode): Promise<HTMLElement> {
  const container = document.body.appendChild(document.createElement("div"));
  const root = createRoot(container);
  // An `afterEach` here would be that of one file alone, as files share their modules.
  onTestFinished(async () => {
    await act(async () => root.unmount());
    container.remove();
  });
  const [drawing, bytes] = [createRef<null>(), createRef<null>()];
  const commands = createCommands({ shell, drawing, bytes });
  await act(async () =>
    root.render(<PageContext value={{ shell, commands, drawing, bytes }}>{component}</PageContext>),
  );
  return container;
}

/** Gives every element a height until the test ends, so that lists draw their rows: happy-dom has no layout. */
export function withHeight(pixels: number): void {
  const height = vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(pixels);
  onTestFinished(() => height.mockRestore());
}

/** Waits, and lets effects and answers take their time, until `look` finds something. */
export async function found<T>(look: () => T | undefined): Promise<T> {
  let result: T | undefined;
  while (result === undefined) {
    await act(async () => new Promise((resume) => setTimeout(resume)));
    result = look();
  }
  return result;
}

/** The one element that a selector matches. */
export function one<E extends Element = HTMLElement>(within: ParentNode, selector: string): E {
  const [element, ...others] = within.querySelectorAll<E>(selector);
  if (element === undefined || others.length > 0) {
    throw new Error(`${element === undefined ? "No element matches" : "Several elements match"} ${selector}`);
  }
  return element;
}

/** Types into a text field in place of what it held, as one input event. Call it inside `act`. */
export function type(field: HTMLInputElement, text: string): void {
  // React overrides `value` on the element to see what it set itself; the prototype's setter goes around that.
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(field, text);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Presses a key. Call it inside `act`. Returns whether the page handled it. */
export function press(target: Element, key: string, modifiers: KeyboardEventInit = {}): boolean {
  return !target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...modifiers }));
}
