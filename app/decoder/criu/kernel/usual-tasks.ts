// The usual forms of the entries of tasks. Their rows have what the plans of their handlers extract, so that both add
// it the same way.

import { FS } from "../handlers/on-file-details.ts";
import { MM } from "../handlers/on-memory.ts";
import { CORE_TREE, IDS_TREE } from "../handlers/on-tasks.ts";
import { VMA_FILE } from "../memory/mappings.ts";
import { PAGEMAP_ENTRY } from "../memory/pagemap-entry.ts";
import { fieldNumber, WIRE } from "../wire/wire.ts";
import { addForm, addPlanForm, type Forms, need, whenAny } from "./forms.ts";
import type { UsualNodes } from "./usual-kernel.ts";

/** The slots of a vma_entry, after those of MM. */
const FIRST_VMA_SLOT = 16;

/** Adds the forms; returns their nodes. Links of mm are the ids of mapped files. */
export function addTaskForms(forms: Forms): Omit<UsualNodes, "files" | "descriptors" | "pipes"> {
  const vma = addForm(forms, { message: "vma_entry", stored: ["status", "shmid"] }, FIRST_VMA_SLOT, (slot) => [
    need(slot.status),
    ...whenAny(slot.status, VMA_FILE, [need(slot.shmid), ["link", 0, slot.shmid]]),
  ]);
  const vmaTag = fieldNumber("mm_entry", "vmas") * 8 + WIRE.bytes;
  return {
    core: addPlanForm(forms, CORE_TREE),
    ids: addPlanForm(forms, IDS_TREE),
    fs: addPlanForm(forms, { plan: FS }),
    mm: addPlanForm(forms, { plan: MM, each: [[vmaTag, vma]] }),
    pagemapHead: addForm(forms, { message: "pagemap_head", stored: [] }, 0, () => []),
    pagemap: addPlanForm(forms, { plan: PAGEMAP_ENTRY }),
  };
}
