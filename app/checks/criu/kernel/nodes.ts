// Tables for the kernel (build/kernels/checks.c), made from what shapes.ts declares: for each message a node, which
// says what is checked of its fields, and which values are noted for its handler.

import { FIELD_TABLES } from "../../../decoder/criu/wire/field-table.ts";
import { type Plan, WIRE } from "../../../decoder/criu/wire/wire.ts";
import type { KeptSlots } from "../entries/file-bodies.ts";
import { type Shape, shapeOf, TAGS } from "../entries/shapes.ts";
import { CAPABILITY_SUBSETS } from "../entries/threads.ts";
import type { Limit } from "../entries/value-limits.ts";
import { COLUMN } from "../kept.ts";

/** Sizes of the kernel's tables, as in checks.c. */
const TABLE = { nodes: 96, limits: 32, orders: 8, slots: 16, lists: 16, pool: 64 } as const;

/** Sizes: bytes of an action, words of a node, bytes of an order, words and bytes of a list. */
const [ACTION, NODE, ORDER, LIST, LIST_SLOTS] = [4, 9, 4, 5, 12];
/** Words of a node. */
const OF_NODE = { orders: 3, idSlot: 4, mode: 6, firstList: 7 } as const;
const MODE = { compared: 1, silent: 2 } as const;
/** 64-bit words of a limit. */
const LIMIT = 4;

/** What is done with a field, as in checks.c. */
const WHAT = {
  known: 1,
  limited: 2,
  nested: 3,
  joined: 4,
  refused: 5,
  counted: 6,
  keyed: 7,
  gathered: 8,
  flat: 9,
} as const;
/** In the place of whether numbers in order may be equal. */
const SUBSET = 2;

/** Wire types of a value that is not in its usual one. */
const WIRES = Object.values(WIRE);

/** Tables being made. */
export interface Tables {
  readonly actions: Uint8Array;
  readonly nodes: Uint32Array;
  readonly limits: BigInt64Array;
  readonly orders: Uint8Array;
  readonly alike: Uint8Array;
  readonly lists: Uint8Array;
  /** By list: what its messages are added to, and its columns in the pool. */
  readonly targets: ListTarget[];
  /** How many nodes there are. Node 0 stands for none. */
  nodeCount: number;
  readonly limitIndexes: Map<Limit, number>;
  /** The nodes of messages without notes. */
  readonly bare: Map<Shape, number>;
}

/** Where messages of a list go. */
export interface ListTarget {
  readonly to: KeptSlots["to"];
  /** Its first column in the pool, and the one after its last. */
  readonly first: number;
  readonly end: number;
}

export const createTables = (): Tables => ({
  actions: new Uint8Array(TABLE.nodes * TAGS * ACTION),
  nodes: new Uint32Array(TABLE.nodes * NODE),
  limits: new BigInt64Array(TABLE.limits * LIMIT),
  orders: new Uint8Array(TABLE.nodes * TABLE.orders * ORDER),
  alike: new Uint8Array(TABLE.nodes * TABLE.slots),
  lists: new Uint8Array(TABLE.lists * LIST * 4),
  targets: [],
  nodeCount: 1,
  limitIndexes: new Map(),
  bare: new Map(),
});

/** By name of a field: the node of the message in it, whose notes follow that of the message around it. */
export type NotedFields = ReadonlyMap<string, number>;

/** Messages whose values go to the note of the one around them. */
interface FlatMessages {
  /** By name of the field: the node. */
  readonly nodes: ReadonlyMap<string, number>;
  /** How many slots a note has with the values of these messages. */
  readonly slots: number;
}

/** Messages of which one is in a message. */
export interface JoinedMessages extends FlatMessages {
  /** The slot of the field that there is. */
  readonly slot: number;
}

interface NodeOptions {
  readonly joined?: JoinedMessages | undefined;
  /** Slots before those of the plan: of the message that this one is joined to. */
  readonly before?: number;
  readonly noted?: NotedFields;
  readonly flat?: FlatMessages;
  /** Slots that have how often a field occurs. */
  readonly counted?: ReadonlySet<number>;
  /** By slot of a field whose values are keys and values in turn: the key whose value the slot has. */
  readonly keyed?: ReadonlyMap<number, number>;
}

const NO_FIELDS: NotedFields = new Map();
const NO_SLOTS: ReadonlySet<number> = new Set();
const NO_KEYS: ReadonlyMap<number, number> = new Map();

/** Adds the node of a message whose notes have the values in the slots of a plan; returns it. */
export function addNode(tables: Tables, message: string, plan: Plan, options: NodeOptions = {}): number {
  const { joined, before = 0 } = options;
  const shape = shapeOf(message);
  if (shape === null) throw new Error(`No message ${message}`);
  const node = addFields(tables, shape, plan, options);
  if (before > 0) {
    if (shape.orders.length > 0) throw new Error(`A joined message has no note for the orders of ${message}`);
    return node;
  }
  const slots = addOrders(tables, node, shape, slotsOf(plan));
  setNode(tables, node, shape, joined?.slots ?? options.flat?.slots ?? slots, false);
  return node;
}

/**
 * Leaves out the note of an open file whose joined message, of this node, needs no check: it has the file's id in slot
 * `idSlot`, and none of the slots in `loud`, a bit mask.
 */
export function setQuiet({ nodes }: Tables, node: number, idSlot: number, loud: number): void {
  nodes.set([idSlot, loud], node * NODE + OF_NODE.idSlot);
}

/** Leaves out the notes of messages that are like a quiet one: see Body.alike. */
export function setAlike({ nodes, alike }: Tables, node: number, how: Uint8Array): void {
  nodes[node * NODE + OF_NODE.mode] = MODE.compared;
  alike.set(how, node * TABLE.slots);
}

/** Leaves out all notes of a message, which only goes to lists. */
export function setSilent({ nodes }: Tables, node: number): void {
  nodes[node * NODE + OF_NODE.mode] = MODE.silent;
}

/** Adds the lists of a message. */
export function addLists({ nodes, lists, targets }: Tables, node: number, kept: readonly KeptSlots[]): void {
  const words = new Uint32Array(lists.buffer);
  const firstList = targets.length;
  for (const { to, slots, needed } of kept) {
    const list = targets.length;
    const first = targets.at(-1)?.end ?? 0;
    const end = first + COLUMN.values + slots.length;
    if (list >= TABLE.lists || end > TABLE.pool) throw new Error("No room for a list");
    words.set([needed, end - first, first], list * LIST);
    lists.set(slots, list * LIST * 4 + LIST_SLOTS + COLUMN.values);
    targets.push({ to, first, end });
  }
  nodes.set([firstList, targets.length], node * NODE + OF_NODE.firstList);
}

/** Adds a message whose values go to the slots of a plan in the note of the one around it; returns its node. */
export function addFlatNode(tables: Tables, message: string, plan: Plan): number {
  const shape = shapeOf(message);
  if (shape === null || shape.orders.length > 0) throw new Error(`${message} cannot be flat`);
  return addFields(tables, shape, plan, {});
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
function bareNode(tables: Tables, message: string, shape: Shape): number {
  const known = tables.bare.get(shape);
  if (known !== undefined) return known;
  const node = addFields(tables, shape, NO_PLAN, {});
  tables.bare.set(shape, node);
  const subsets = message === "creds_entry" ? CAPABILITY_SUBSETS : [];
  const slots = subsets.length > 0 ? addSubsets(tables, node, message, subsets) : addOrders(tables, node, shape, 1);
  setNode(tables, node, shape, slots === 1 ? 0 : slots, true);
  return node;
}

function setNode({ nodes }: Tables, node: number, shape: Shape, slots: number, isDropped: boolean): void {
  nodes.set([shape.required, slots, Number(isDropped)], node * NODE);
}

/** Adds what is checked of the fields of a message; returns its node, whose note is not known yet. */
function addFields(
  tables: Tables,
  shape: Shape,
  { slots }: Plan,
  { joined, before = 0, noted = NO_FIELDS, counted = NO_SLOTS, keyed = NO_KEYS, flat }: NodeOptions,
): number {
  const node = tables.nodeCount++;
  if (node >= TABLE.nodes) throw new Error("No room for a node");
  tables.nodes[node * NODE] = shape.required;
  for (const known of shape.fields) {
    if (known === undefined) continue;
    const { field, wire, bit, limit, inner } = known;
    const joinedNode = joined?.nodes.get(field.name);
    const flatNode = flat?.nodes.get(field.name);
    for (const other of WIRES) {
      const tag = field.number * 8 + other;
      if (tag >= TAGS) continue;
      const slot = slots[tag] as number;
      let [what, which]: [number, number] = [other === wire ? WHAT.known : WHAT.refused, 0];
      if (what === WHAT.known && counted.has(slot)) what = WHAT.counted;
      else if (what === WHAT.known && keyed.has(slot)) [what, which] = [WHAT.keyed, keyed.get(slot) as number];
      else if (what === WHAT.known && limit !== null) [what, which] = [WHAT.limited, addLimit(tables, limit)];
      else if (what === WHAT.known && joinedNode !== undefined) [what, which] = [WHAT.joined, joinedNode];
      else if (what === WHAT.known && flatNode !== undefined) [what, which] = [WHAT.flat, flatNode];
      else if (what === WHAT.known && inner !== null)
        [what, which] = [WHAT.nested, noted.get(field.name) ?? bareNode(tables, field.type, inner)];
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
  tables.nodes[node * NODE + OF_NODE.orders] = orders.length;
  return next;
}

/**
 * Adds pairs of sets, repeated fields of 32-bit words, of which the first has no bit that the second lacks; returns how
 * many slots there are.
 */
function addSubsets(
  tables: Tables,
  node: number,
  message: string,
  pairs: readonly (readonly [string, string])[],
): number {
  let next = 1;
  const slotOf = (name: string): number => {
    const field = FIELD_TABLES.get(message)?.byName.get(name);
    if (field === undefined) throw new Error(`${message} has no ${name}`);
    const at = (node * TAGS + field.number * 8 + field.wire) * ACTION;
    if (tables.actions[at + 1] === 0) {
      tables.actions.set([WHAT.gathered, next], at);
      next += 2;
    }
    return tables.actions[at + 1] as number;
  };
  for (const [nth, pair] of pairs.entries()) {
    tables.orders.set([...pair.map(slotOf), SUBSET], (node * TABLE.orders + nth) * ORDER);
  }
  tables.nodes[node * NODE + OF_NODE.orders] = pairs.length;
  return next;
}
