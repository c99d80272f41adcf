// Opens pages in a real browser, drops files on them, and records their network requests.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, inject } from "vitest";

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: "light" | "dark";
  /** Fragment, with `#`. */
  readonly fragment?: string;
  /** Whether the page may keep its files to work offline, for which it fetches all of them again. */
  readonly offline?: boolean;
}

export interface Visit {
  readonly page: Page;
  /** Every URL that the page requested. */
  readonly requests: readonly string[];
}

export interface Visitor {
  (options?: PageOptions): Promise<Visit>;
  /** Ignores the errors that the test provoked. */
  forgive(): void;
}

/** Opens pages in one browser for a test file. A page that throws or logs an error fails its test. */
export function openBrowser(): Visitor {
  let browser: Browser;
  const faults: string[] = [];

  beforeAll(async () => {
    // No other switches: some, such as disabled web security, would let tests pass for the wrong reason.
    browser = await chromium.launch({ executablePath: inject("browserPath"), args: ["--no-sandbox"] });
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    const found = faults.splice(0);
    expect(found, "errors that the page reported").toEqual([]);
  });
  afterAll(() => browser?.close());

  const visit = async ({
    width = 1440,
    height = 900,
    theme = "light",
    fragment = "",
    offline = false,
  }: PageOptions = {}) => {
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: theme,
      serviceWorkers: offline ? "allow" : "block",
    });
    context.setDefaultTimeout(60_000);
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const page = await context.newPage();
    const requests: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    // Intercepts file choosers from the start: when a key opens one, it is too late to begin.
    page.on("filechooser", () => {});
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") faults.push(message.text());
    });
    await page.goto(inject("pageUrl") + fragment);
    await page.locator(".app").waitFor();
    return { page, requests };
  };
  return Object.assign(visit, { forgive: () => void faults.splice(0) });
}

export interface DroppedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Milliseconds since 1970. */
  readonly lastModified?: number;
}

/** Bytes of a file under test/fixtures. */
export const fixture = (path: string): Uint8Array => readFileSync(new URL(`../fixtures/${path}`, import.meta.url));

/** Drops files on the window. */
export async function drop(page: Page, files: readonly DroppedFile[]): Promise<void> {
  const transfer = await page.evaluateHandle(
    (given) => {
      const data = new DataTransfer();
      for (const { name, base64, lastModified } of given) {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        data.items.add(new File([bytes], name, { lastModified }));
      }
      return data;
    },
    files.map(({ name, bytes, lastModified = 0 }) => ({
      name,
      base64: Buffer.from(bytes).toString("base64"),
      lastModified,
    })),
  );
  for (const type of ["dragenter", "dragover", "drop"]) {
    await page.dispatchEvent("body", type, { dataTransfer: transfer });
  }
}

const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** The accessibility violations that axe-core finds: one line for each element. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // Evaluated by the debugger, as the page's policy allows only its own scripts.
  await page.evaluate(readFileSync(axePath, "utf8"));
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; help: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 200)}`),
    );
  });
}
