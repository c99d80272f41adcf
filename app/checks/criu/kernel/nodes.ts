// Tables for the kernel (build/kernels/checks.c), made from what shapes.ts declares: for each message a node, which
// says what is checked of its fields, and which values are noted for its handler.

import { type Plan, WIRE } from "../../../decoder/criu/wire/wire.ts";
import { type Shape, shapeOf, TAGS } from "../entries/shapes.ts";
import type { Limit } from "../entries/value-limits.ts";

/** Sizes of the kernel's tables, as in checks.c. */
const TABLE = { nodes: 96, limits: 32, orders: 8 } as const;

/** Sizes: bytes of an action, words of a node, bytes of an order. */
const [ACTION, NODE, ORDER] = [4, 6, 4];
/** 64-bit words of a limit. */
const LIMIT = 4;

/** What is done with a field, as in checks.c. */
const WHAT = { known: 1, limited: 2, nested: 3, joined: 4, refused: 5 } as const;

/** Wire types of a value that is not in its usual one. */
const WIRES = Object.values(WIRE);

/** Tables being made. */
export interface Tables {
  readonly actions: Uint8Array;
  readonly nodes: Uint32Array;
  readonly limits: BigInt64Array;
  readonly orders: Uint8Array;
  /** How many nodes there are. Node 0 stands for none. */
  nodeCount: number;
  readonly limitIndexes: Map<Limit, number>;
  /** The nodes of messages without notes. */
  readonly bare: Map<Shape, number>;
}

export const createTables = (): Tables => ({
  actions: new Uint8Array(TABLE.nodes * TAGS * ACTION),
  nodes: new Uint32Array(TABLE.nodes * NODE),
  limits: new BigInt64Array(TABLE.limits * LIMIT),
  orders: new Uint8Array(TABLE.nodes * TABLE.orders * ORDER),
  nodeCount: 1,
  limitIndexes: new Map(),
  bare: new Map(),
});

/** By name of a field: the node of the message in it, whose notes follow that of the message around it. */
export type NotedFields = ReadonlyMap<string, number>;

/** Messages of which one is in a message, by their fields. */
export interface JoinedMessages {
  /** The slot of the field that there is. */
  readonly slot: number;
  /** By name of the field: the node. */
  readonly nodes: ReadonlyMap<string, number>;
  /** How many slots a note has with the values of these messages. */
  readonly slots: number;
}

interface NodeOptions {
  readonly joined?: JoinedMessages | undefined;
  /** Slots before those of the plan: of the message that this one is joined to. */
  readonly before?: number;
  readonly noted?: NotedFields;
}

const NO_FIELDS: NotedFields = new Map();

/** Adds the node of a message whose notes have the values in the slots of a plan; returns it. */
export function addNode(
  tables: Tables,
  message: string,
  plan: Plan,
  { joined, before = 0, noted = NO_FIELDS }: NodeOptions = {},
): number {
  const shape = shapeOf(message);
  if (shape === null) throw new Error(`No message ${message}`);
  const node = addFields(tables, shape, plan, { joined, before, noted });
  if (before > 0) {
    if (shape.orders.length > 0) throw new Error(`A joined message has no note for the orders of ${message}`);
    return node;
  }
  const slots = addOrders(tables, node, shape, slotsOf(plan));
  setNode(tables, node, shape, joined?.slots ?? slots, false);
  return node;
}

/**
 * Leaves out the note of an open file whose joined message, of this node, needs no check: it has the file's id in slot
 * `idSlot`, and none of the slots in `loud`, a bit mask.
 */
export function setQuiet({ nodes }: Tables, node: number, idSlot: number, loud: number): void {
  nodes.set([idSlot, loud], node * NODE + 4);
}

/** How many slots a plan has, slot 0 included. */
export function slotsOf({ slots }: Plan): number {
  let last = 0;
  for (let tag = 0; tag < slots.length; tag++) last = Math.max(last, slots[tag] as number);
  return last + 1;
}

/** How many slots the notes of a node have. */
export const slotsIn = ({ nodes }: Tables, node: number): number => nodes[node * NODE + 1] as number;

const NO_PLAN: Plan = { slots: new Uint8Array(TAGS) };

/** The node of a message without a note. */
function bareNode(tables: Tables, shape: Shape): number {
  const known = tables.bare.get(shape);
  if (known !== undefined) return known;
  const node = addFields(tables, shape, NO_PLAN, {});
  tables.bare.set(shape, node);
  const slots = addOrders(tables, node, shape, 1);
  setNode(tables, node, shape, slots === 1 ? 0 : slots, true);
  return node;
}

function setNode({ nodes }: Tables, node: number, shape: Shape, slots: number, isDropped: boolean): void {
  nodes.set([shape.required, slots, Number(isDropped), shape.orders.length], node * NODE);
}

/** Adds what is checked of the fields of a message; returns its node, whose note is not known yet. */
function addFields(
  tables: Tables,
  shape: Shape,
  { slots }: Plan,
  { joined, before = 0, noted = NO_FIELDS }: NodeOptions,
): number {
  const node = tables.nodeCount++;
  if (node >= TABLE.nodes) throw new Error("No room for a node");
  tables.nodes[node * NODE] = shape.required;
  for (const known of shape.fields) {
    if (known === undefined) continue;
    const { field, wire, bit, limit, inner } = known;
    const joinedNode = joined?.nodes.get(field.name);
    for (const other of WIRES) {
      const tag = field.number * 8 + other;
      if (tag >= TAGS) continue;
      const slot = slots[tag] as number;
      let [what, which]: [number, number] = [other === wire ? WHAT.known : WHAT.refused, 0];
      if (what === WHAT.known && limit !== null) [what, which] = [WHAT.limited, addLimit(tables, limit)];
      else if (what === WHAT.known && joinedNode !== undefined) [what, which] = [WHAT.joined, joinedNode];
      else if (what === WHAT.known && inner !== null)
        [what, which] = [WHAT.nested, noted.get(field.name) ?? bareNode(tables, inner)];
      const own = joinedNode === undefined ? (slot === 0 ? 0 : before + slot) : (joined?.slot ?? 0);
      // One more than the number of the bit.
      tables.actions.set([what, own, 32 - Math.clz32(bit), which], (node * TAGS + tag) * ACTION);
    }
  }
  return node;
}

function addLimit(tables: Tables, limit: Limit): number {
  const known = tables.limitIndexes.get(limit);
  if (known !== undefined) return known;
  const index = tables.limitIndexes.size;
  if (index >= TABLE.limits) throw new Error("No room for a limit");
  tables.limitIndexes.set(limit, index);
  const words =
    "most" in limit
      ? [BigInt(limit.least), BigInt(limit.most), 0n, limit.zigzag === true ? 1n : 0n]
      : // The bits of a word: entries with other values are checked one by one.
        [0n, 0n, limit.reduce((bits, value) => (value < 64 ? bits | (1n << BigInt(value)) : bits), 0n), 0n];
  tables.limits.set(words, index * LIMIT);
  return index;
}

/**
 * Adds the orders of a message, whose values go into slots of their own after the first
 * `slots`; returns how many there are.
 */
function addOrders(tables: Tables, node: number, { orders }: Shape, slots: number): number {
  if (orders.length > TABLE.orders) throw new Error("No room for orders");
  let next = slots;
  const slotOf = (tag: number): number => {
    const at = (node * TAGS + tag) * ACTION + 1;
    if (tables.actions[at] === 0) tables.actions[at] = next++;
    return tables.actions[at] as number;
  };
  for (const [nth, { first, second, mayEqual }] of orders.entries()) {
    const pair = [first, second].map(({ number, wire }) => slotOf(number * 8 + wire));
    tables.orders.set([...pair, Number(mayEqual)], (node * TABLE.orders + nth) * ORDER);
  }
  return next;
}
