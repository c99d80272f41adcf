// What CRIU 4.2 wrote for a real task of the fixtures (test/fixtures/criu/w1), for each task of a generated set.

import { encodeText } from "../../app/model/text/text.ts";
import { fixtureBytes } from "./criu.ts";
import { imageBytes, type Message } from "./criu-set.ts";

/** The file of its executable, which its mappings are of. */
export const EXECUTABLE_ID = 1;

/** Its name, and as long a one for another task. */
const NAME = "w1-single";
const nameOfTask = (task: number): string => `task-${String(task).padStart(4, "0")}`;

/** Pages that were dumped, in its mapping of writable data of the executable. */
const PAGES = { from: 0x4a_5000, count: 2, size: 4096 };
/** A pagemap_entry's flags: the pages are in the set. */
const PRESENT = 4;

const core = fixtureBytes("w1/after/core-28249.img");
const mappings = fixtureBytes("w1/after/mm-28249.img");

/** What task_kobj_ids_entry has of namespaces, and the inventory of those of CRIU itself: all tasks are in these. */
const NAMESPACES: Message = [
  [5, 1],
  [6, 2],
  [7, 3],
  [8, 4],
  [9, 6],
  [10, 7],
  [11, 8],
  [12, 5],
];

/** inventory_entry. The dump closed TCP connections, so that the set has no files of their streams. */
export const realInventory = (): Uint8Array =>
  imageBytes("INVENTORY", [
    [
      [1, 2],
      [2, 1],
      [3, [...[1, 2, 3, 4].map((field) => [field, 1] as const), ...NAMESPACES]],
      [4, 1],
      [5, 1],
      [6, 0],
      [10, 1],
      [11, 0],
      [12, []],
      [13, "b934025f-5788-4bb9-b79d-2102912a8b29"],
    ],
  ]);

/** The members of a task whose objects all have one id, besides its file table and its directories. */
export function realTask(pid: number, task: number, id: number): [string, Uint8Array][] {
  const pagemap: Message[] = [
    [[1, id]],
    [
      [1, PAGES.from],
      [2, 0],
      [4, PRESENT],
      [5, PAGES.count],
    ],
  ];
  return [
    [`core-${pid}.img`, renamed(core, NAME, nameOfTask(task))],
    [`ids-${pid}.img`, imageBytes("IDS", [[...[1, 2, 3, 4].map((field) => [field, id] as const), ...NAMESPACES]])],
    [`mm-${pid}.img`, mappings],
    [`pagemap-${pid}.img`, imageBytes("PAGEMAP", pagemap)],
    [`pages-${id}.img`, new Uint8Array(PAGES.count * PAGES.size)],
  ];
}

/** Bytes with a text replaced, wherever it is, by one as long. */
function renamed(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const copy = Buffer.from(bytes);
  for (let at = copy.indexOf(from); at >= 0; at = copy.indexOf(from, at + 1)) copy.set(encodeText(to), at);
  return new Uint8Array(copy);
}
