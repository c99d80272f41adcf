// What a link selects or shows that the open images lack, in words. Loaded with the first such link.

import type { ChangeName } from "../diff/lists/about.ts";
import type { Name } from "../link/link.ts";
import { resolve } from "../link/name.ts";
import { type Checkpoint, NONE } from "../model/checkpoint.ts";
import { onSide } from "../model/comparison/side.ts";
import { visible } from "../model/text/text.ts";
import { isResource } from "../resources/resources.ts";
import type { Client } from "../worker/client.ts";
import type { DocumentId } from "../worker/protocol.ts";
import { spotAt } from "./memory/memory-places.ts";
import {
  type ByteSelection,
  type Failure,
  FIRST_RESOURCE,
  type MemoryPlace,
  type PendingLink,
  type State,
} from "./state.ts";

/** The failure to show if the open images do not have what a link names; `null`: they have it all. */
export async function missingFrom(client: Client, state: State, link: PendingLink): Promise<Failure | null> {
  const { docs, compared } = state;
  const { select, change, side, bytes, memory, resource } = link;
  const doc = docs.length === 2 ? onSide(docs, side ?? "after") : docs[0];
  if (doc === undefined || doc.document === null) return null;
  const { checkpoint, document } = doc;
  const isChangeMissing = change && compared?.tools.findChange(compared.comparison, change) === -1;
  const missing = [
    select && resolve(checkpoint, select) === null ? objectWords(select) : "",
    isChangeMissing ? `a change of ${changeWords(change)}` : "",
    bytes ? bytesWords(checkpoint, bytes) : "",
    memory && !(await hasMemory(client, document, memory)) ? memoryWords(memory) : "",
    resource && !isResource(resource) && resource !== FIRST_RESOURCE ? `the table ${resource}` : "",
  ].filter((words) => words !== "");
  if (missing.length === 0) return null;
  const opened = docs.length === 2 ? "the images opened here do not have" : "the image opened here does not have";
  return {
    message: `This link selects ${missing.join(" and ")}, which ${opened}.`,
    advice: "The link may have been made for another dump. The rest of it is shown.",
  };
}

function objectWords(name: Name): string {
  switch (name.to) {
    case "task":
      return `task ${name.task}`;
    case "table":
      return `the file table of task ${name.task}`;
    case "descriptor":
      return `descriptor ${name.fd} of task ${name.task}`;
    case "file":
      return `the open file of descriptor ${name.fd} of task ${name.task}`;
    case "path":
      return `the open file ${visible(name.path)}`;
    case "record":
      return `a record at offset ${name.offset}`;
  }
}

const changeWords = ({ pid, fd }: ChangeName): string =>
  `${fd === NONE ? "" : `descriptor ${fd} of `}${pid === NONE ? "the image" : `task ${pid}`}`;

/** The bytes of a link in words if the image does not have all of them; else empty. */
function bytesWords({ members }: Checkpoint, { member, anchor, at }: ByteSelection): string {
  const found = members[member];
  const [first, last] = [Math.min(anchor, at), Math.max(anchor, at)];
  if (found !== undefined && last < found.size) return "";
  // The start of an empty member is where bytes are shown at first.
  if (last === 0 && (found !== undefined || member === 0)) return "";
  const place = first === last ? `byte ${first}` : `bytes ${first} to ${last}`;
  if (found === undefined) return `${place} of file ${member + 1}`;
  return members.length === 1 ? place : `${place} of ${visible(found.name)}`;
}

/** Whether the memory that an image has includes a place. True if that cannot be found out. */
async function hasMemory(client: Client, document: DocumentId, place: MemoryPlace): Promise<boolean> {
  const memory = await client.request("memory", { document }).catch(() => null);
  return memory === null || (!("refused" in memory) && spotAt(memory, place) !== null) || isStart(place);
}

/** Memory is shown, and no place in it was chosen. */
const isStart = ({ space, address }: MemoryPlace): boolean => space === 0 && /^0+$/.test(address);

const memoryWords = ({ space, address }: MemoryPlace): string => `address ${address} in the memory of task ${space}`;

/** What can be wrong with a link before its images are opened. */
export type LinkFault = "too long" | "damaged" | "not a link" | "no image";

export const LINK_FAULTS: Readonly<Record<LinkFault, Failure>> = {
  "too long": {
    message: "This link is too long to come from ckptscope.",
    advice: "Ask the sender for the link again, or for the image itself.",
  },
  damaged: {
    message: "This link is damaged: the part of it that names its image cannot be read.",
    advice: "It may have been cut off when it was copied. Ask the sender for the link again, or for the image itself.",
  },
  "not a link": {
    message: "This is not a link of ckptscope: what comes after # cannot be read.",
    advice: "It may have been changed when it was copied. Ask the sender for the link again.",
  },
  "no image": {
    message: "This link contains a view, but neither images nor an address of any.",
    advice:
      "Open the image that it was made from to see that view, or ask the sender for a link with the image inside.",
  },
};
