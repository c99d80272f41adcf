// The different values of details in the memory of a kernel that adds most of them (build/kernels/values.h): the same
// numbers as json-values.ts gives.
//
// Casts `as number` read typed arrays within bounds checked by the loop.

import { NONE } from "../../model/checkpoint.ts";
import type { DetailValue } from "../../model/fields.ts";
import { createJsonBytes, type JsonBytes, writeInteger, writeValue } from "../../model/text/json-bytes.ts";
import { decodeText } from "../../model/text/text.ts";
import type { Growth } from "./growing.ts";
import type { JsonValues } from "./json-values.ts";

/** What a kernel with values exports. */
export interface ValuesKernel {
  readonly memory: WebAssembly.Memory;
  poolAt(): number;
  startsAt(): number;
  valueLength(): number;
  valueCount(): number;
  makeRoom(values: number, bytes: number): number;
  makeSlots(slots: number): number;
  enterAgain(value: number): number;
  numberOf(length: number): number;
  find(length: number): number;
  addCrowded(length: number): number;
}

/** As in the kernel, signed. */
const CROWDED = -2;

/** The room at first: values, and bytes. */
const FIRST_VALUES = 4096;
const FIRST_BYTES = 128 << 10;

export interface KernelValues extends JsonValues {
  /** The number of a value; NONE if it has not been added. */
  find(value: DetailValue): number;
  /** Makes room for more values, with so many bytes in all, so that the kernel can add them. @throws LimitReached */
  reserve(values: number, bytes: number): void;
}

/** An empty collection. */
export function createKernelValues(kernel: ValuesKernel, { budget }: Pick<Growth, "budget">): KernelValues {
  const { memory } = kernel;
  const scratch = createJsonBytes(256);
  /** Values that have no slot. */
  const crowded = new Map<string, number>();
  let room = 0;
  let bytes = 0;
  const makeRoom = (values: number, length: number): void => {
    expectRoom(kernel.makeRoom(values, length));
    bytes = length;
    if (values === room) return;
    room = values;
    expectRoom(kernel.makeSlots(2 * room));
    const count = kernel.valueCount();
    for (let value = kernel.enterAgain(0); value < count; value = kernel.enterAgain(value + 1)) {
      crowded.set(decodeText(bytesOf(kernel, value)), value);
    }
  };
  const reserve = (values: number, length: number): void => {
    const lacking = kernel.valueLength() + length - bytes;
    let wanted = room;
    while (wanted < kernel.valueCount() + values) wanted *= 2;
    if (lacking <= 0 && wanted === room) return;
    makeRoom(wanted, lacking <= 0 ? bytes : bytes + budget.takeBytes(Math.max(bytes, lacking), lacking));
  };
  /** Puts what has been written behind the values in the kernel. */
  const give = (): void => {
    const { length } = scratch;
    reserve(1, length);
    put(new Uint8Array(memory.buffer, kernel.poolAt() + kernel.valueLength(), length), scratch);
  };
  const writtenText = (): string => decodeText(scratch.bytes.subarray(0, scratch.length));
  const indexOfWritten = (): number => {
    give();
    const value = kernel.numberOf(scratch.length);
    if (value !== CROWDED) return value;
    const text = writtenText();
    const known = crowded.get(text);
    if (known !== undefined) return known;
    const added = kernel.addCrowded(scratch.length);
    crowded.set(text, added);
    return added;
  };
  makeRoom(FIRST_VALUES, FIRST_BYTES);
  return {
    reserve,
    indexOf(value: DetailValue): number {
      scratch.length = 0;
      writeValue(scratch, value);
      return indexOfWritten();
    },
    find(value) {
      scratch.length = 0;
      writeValue(scratch, value);
      give();
      const found = kernel.find(scratch.length);
      return found === CROWDED ? (crowded.get(writtenText()) ?? NONE) : found;
    },
    indexOfInteger(number: number): number {
      scratch.length = 0;
      writeInteger(scratch, number);
      return indexOfWritten();
    },
    write(): JsonBytes {
      scratch.length = 0;
      return scratch;
    },
    indexOfWritten,
    finish: () => ({
      start: new Uint32Array(memory.buffer, kernel.startsAt(), kernel.valueCount() + 1).slice(),
      pool: new Uint8Array(memory.buffer, kernel.poolAt(), kernel.valueLength()).slice(),
    }),
  };
}

function expectRoom(found: number): void {
  if (found === 0) throw new RangeError("There is no memory for more values of details");
}

/** The bytes of a value. */
function bytesOf({ memory, startsAt, poolAt }: ValuesKernel, value: number): Uint8Array {
  const [start, end] = new Uint32Array(memory.buffer, startsAt() + 4 * value, 2) as unknown as [number, number];
  return new Uint8Array(memory.buffer, poolAt() + start, end - start);
}

function put(to: Uint8Array, { bytes, length }: JsonBytes): void {
  for (let at = 0; at < length; at++) to[at] = bytes[at] as number;
}
