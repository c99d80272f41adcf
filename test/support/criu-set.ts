// Builds a CRIU image set of any size, by the field numbers of its messages.

import { MAGICS, type MagicName } from "../../app/decoder/criu/format/messages.ts";
import { bytesSource, type Source } from "../../app/decoder/source.ts";
import { encodeText } from "../../app/model/text/text.ts";
import { concat } from "./tar.ts";

type Value = number | string | Uint8Array | Message;
/** Fields as [number, value]: a varint, a string, bytes, a message. */
export type Message = readonly (readonly [number, Value])[];

export function varint(value: number, out: number[]): void {
  let left = value;
  for (; left > 127; left = Math.floor(left / 128)) out.push((left % 128) | 128);
  out.push(left);
}

/** A message as protobuf bytes. */
function messageBytes(message: Message): Uint8Array {
  const out: number[] = [];
  for (const [number, value] of message) {
    if (typeof value === "number") {
      varint(number * 8, out);
      varint(value, out);
      continue;
    }
    const bytes =
      typeof value === "string" ? encodeText(value) : value instanceof Uint8Array ? value : messageBytes(value);
    varint(number * 8 + 2, out);
    varint(bytes.length, out);
    for (const byte of bytes) out.push(byte);
  }
  return Uint8Array.from(out);
}

const word = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);

/** An image of framing v1.1. */
export function imageBytes(magic: MagicName, messages: Iterable<Message>): Uint8Array {
  const head = magic === "INVENTORY" ? [word(MAGICS.INVENTORY)] : [word(0x54564319), word(MAGICS[magic])];
  const parts = [...head];
  for (const message of messages) {
    const bytes = messageBytes(message);
    parts.push(word(bytes.length), bytes);
  }
  return concat(parts);
}

/** mm_entry with anonymous mappings from … to, on a machine with pages of a size. */
export const mmMessage = (pageSize: number, mappings: readonly (readonly [from: number, to: number])[]): Message => [
  ...Array.from({ length: 12 }, (_, field): [number, number] => [field + 1, 0]),
  [13, 6],
  [13, pageSize],
  ...mappings.map(([from, to]): [number, Message] => [
    14,
    [
      [1, from],
      [2, to],
      [3, 0],
      [4, 0],
      [5, 3],
      [6, 0x22],
      [7, 0x201],
      [8, 1],
    ],
  ]),
];

export const FOWN: Message = [1, 2, 3, 4, 5].map((number) => [number, 0]);
const MARCH_X86_64 = 1;
const ALIVE = 1;
const REG = 1;

/** A reg_file_entry. */
export const regularFile = (id: number, path: string): Message => [
  [1, id],
  [2, 0o100002],
  [3, id * 512],
  [5, FOWN],
  [6, path],
  [8, 4096],
  [10, 0o100644],
];

/** The inventory and the process tree of a set: the first task, 1000, is the parent of the others. */
export function inventoryAndTree(tasks: number): { pids: number[]; members: [string, Uint8Array][] } {
  const inventory: Message = [
    [1, 2],
    [2, 1],
  ];
  const pids = Array.from({ length: tasks }, (_, task) => 1000 + task);
  const tree = pids.map(
    (pid): Message => [
      [1, pid],
      [2, pid === 1000 ? 0 : 1000],
      [3, 1000],
      [4, 1000],
      [5, pid],
    ],
  );
  return {
    pids,
    members: [
      ["inventory.img", imageBytes("INVENTORY", [inventory])],
      ["pstree.img", imageBytes("PSTREE", tree)],
    ],
  };
}

/**
 * Files of a set: `tasks` tasks, each with its own table; every tenth descriptor leads to a file that all tasks share.
 */
export function criuSet(tasks: number, descriptorsPerTask: number): Source[] {
  const { pids, members } = inventoryAndTree(tasks);
  const files: Message[] = [];
  let nextId = 1;
  const addFile = (path: string): number => {
    const id = nextId++;
    files.push([
      [1, REG],
      [2, id],
      [3, regularFile(id, path)],
    ]);
    return id;
  };
  const shared = Array.from({ length: Math.ceil(descriptorsPerTask / 10) }, (_, at) =>
    addFile(`/var/log/shared-${at}`),
  );
  pids.forEach((pid, task) => {
    const core: Message = [
      [1, MARCH_X86_64],
      [
        3,
        [
          [1, ALIVE],
          [2, 0],
          [3, 0],
          [4, 0],
          [5, 0],
          [6, `worker-${task}`],
        ],
      ],
    ];
    members.push([`core-${pid}.img`, imageBytes("CORE", [core])]);
    members.push([
      `ids-${pid}.img`,
      imageBytes("IDS", [
        [
          [1, task + 1],
          [2, task + 1],
          [3, task + 1],
          [4, task + 1],
        ],
      ]),
    ]);
    const table = Array.from({ length: descriptorsPerTask }, (_, fd): Message => {
      const id = fd % 10 === 0 ? (shared[fd / 10] as number) : addFile(`/srv/data/part-${task % 97}/file-${fd}`);
      return [
        [1, id],
        [2, fd % 7 === 0 ? 1 : 0],
        [3, REG],
        [4, fd],
      ];
    });
    members.push([`fdinfo-${task + 1}.img`, imageBytes("FDINFO", table)]);
  });
  members.push(["files.img", imageBytes("FILES", files)]);
  return members.map(([name, bytes]) => bytesSource(name, bytes));
}
