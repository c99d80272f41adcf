// Opens images, and parses their `show --json` documents.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Image } from "../../app/decoder/image.ts";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource, type DecodeOptions } from "../../app/decoder/source.ts";
import { type Shown, showDocument } from "../../app/export/json/show-json.ts";
import type { Rows } from "../../app/export/rows/rows.ts";

/** Bytes of a file of the fixtures. */
export function fixtureBytes(path: string): Uint8Array {
  // Not new URL(…, import.meta.url): Vite would rewrite that to a URL of the page in tests that run in happy-dom.
  return new Uint8Array(readFileSync(join(import.meta.dirname, "../fixtures", path)));
}

/** Opens an image from bytes. Throws if they are not one. */
export async function open(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Image> {
  const image = await openImage([bytesSource("test", bytes)], options);
  if ("refused" in image) throw new Error(image.refused);
  return image;
}

/** The document of `show --json`, as a script reads it. */
export interface ShowDocument {
  readonly schema: 1;
  readonly format: string;
  readonly dialect: string;
  readonly complete: boolean;
  readonly tasks: readonly {
    readonly pid: number | null;
    readonly ppid: number | null;
    readonly tgid: number | null;
    readonly comm: string;
    readonly commBytes?: string;
    readonly state: string | null;
    readonly fileTable: number | null;
    readonly exit?: Readonly<Record<string, unknown>> | null;
    readonly details?: Readonly<Record<string, unknown>>;
  }[];
  readonly fileTables: readonly {
    readonly id: number;
    readonly fds: readonly { readonly fd: number; readonly file: number | null; readonly closeOnExec: boolean }[];
  }[];
  readonly files: readonly {
    readonly id: number;
    readonly kind: string;
    readonly path: string | null;
    readonly pathBytes?: string;
    readonly name?: string | null;
    readonly pos: string | null;
    readonly flags: number | null;
    readonly flagNames: readonly string[] | null;
    readonly mode: number | null;
    readonly version: string | null;
    readonly details: Readonly<Record<string, unknown>>;
  }[];
  readonly problems: readonly {
    readonly severity: string;
    readonly code: string;
    readonly message: string;
    readonly offset: number | null;
    readonly member?: string;
  }[];
}

/** The document of an image as it is printed. */
export function documentText(image: Shown, rows?: Rows): string {
  const decoder = new TextDecoder();
  let text = "";
  for (const chunk of showDocument(image, { name: "test", bytes: 0 }, null, rows))
    text += decoder.decode(chunk, { stream: true });
  return text;
}

/** The document of an image. */
export async function documentOf(image: Image): Promise<ShowDocument> {
  return JSON.parse(documentText(image)) as ShowDocument;
}
