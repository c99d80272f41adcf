// Hashes by which the page remembers changes that the user marked as seen, without keeping anything of an image.

import { createSha256 } from "../../decoder/archive/compression/checksums.ts";
import { changeSentence } from "../../export/changes/changes-text.ts";
import { encodeText } from "../../model/text/text.ts";
import type { Documents } from "../documents.ts";
import type { Handlers } from "./handler.ts";

/** Bytes of a hash: enough that no two changes of a comparison have the same one. */
const LENGTH = 8;

function hashOf(text: string): string {
  const hash = createSha256();
  hash.add(encodeText(text));
  return Array.from(hash.bytes().subarray(0, LENGTH), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function markHandlers(documents: Documents): Handlers<"marks" | "marked"> {
  return {
    async marks({ names, changes, ...pair }) {
      const comparison = await documents.compare(pair);
      const marks = Array.from(changes, (change) => hashOf(changeSentence(comparison, change)));
      return { response: { hash: hashOf(names.join("\n")), marks } };
    },
    async marked({ marks, ...pair }) {
      const comparison = await documents.compare(pair);
      const wanted = new Set(marks);
      const found: number[] = [];
      for (let change = 0; change < comparison.changes.count; change++) {
        if (wanted.has(hashOf(changeSentence(comparison, change)))) found.push(change);
      }
      const response = Uint32Array.from(found);
      return { response, transfer: [response.buffer] };
    },
  };
}
