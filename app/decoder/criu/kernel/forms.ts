// The usual forms of messages, as tables for the kernel (build/kernels/entries.c): which fields it stores where, and
// the steps that make a row of them. What has another form is read by the handlers of messages, with the same result.

import { encodeText } from "../../../model/text/text.ts";
import { MESSAGES, type MessageName } from "../format/messages.ts";
import { type Plan, WIRE, wireType } from "../wire/wire.ts";

/** Sizes of the kernel's tables. */
export const TABLE = { nodes: 32, tags: 256, words: 4096, pieces: 8192 } as const;

/** Slots of the values of one entry. */
const SLOTS = 32;

/** What is done with a field, as in entries.c: the fields of no message are skipped. */
const ACTION = { store: 1, body: 2, each: 3, refuse: 4, inside: 5 } as const;

/** Steps of programs, as in entries.c. */
const STEPS = [
  ...["end", "need", "equal", "differ", "most", "same", "intoBody", "set8", "lookUp8", "lookUpFormat8", "set32"],
  ...[
    "signed32",
    "set64",
    "skipIf",
    "skipUnless",
    "skipUnlessAny",
    "link",
    "fileOf",
    "record",
    "piece",
    "bytes",
    "decimal",
    "address",
  ],
  ...["choose", "stable", "clear", "row", "name"],
] as const;
type StepName = (typeof STEPS)[number];

/** A step: its name, and up to three arguments. */
export type Step = readonly [name: StepName, a?: number, b?: number, c?: number];

/** Tables being made. */
export interface Forms {
  readonly actions: Uint16Array;
  /** By node: where its program begins in `words`. */
  readonly programs: Uint32Array;
  /** By node of a message that is read with the one around it: the slot of where it is. */
  readonly insideSlots: Uint32Array;
  /** By node of a form whose rows have all that a plan extracts: how many slots a row has. */
  readonly rowSlots: Uint8Array;
  readonly words: number[];
  readonly pieces: number[];
  nodes: number;
}

export const createForms = (): Forms => ({
  actions: new Uint16Array(TABLE.nodes * TABLE.tags),
  programs: new Uint32Array(TABLE.nodes),
  insideSlots: new Uint32Array(TABLE.nodes),
  rowSlots: new Uint8Array(TABLE.nodes),
  words: [],
  pieces: [],
  // Node 0 stands for none.
  nodes: 1,
});

/** The usual form of a message. */
export interface Form<Field extends string> {
  readonly message: MessageName;
  /** Fields that a program reads. Each occurs once at most. */
  readonly stored: readonly Field[];
  /** Fields that make an entry unusual. */
  readonly refused?: readonly string[];
  /** Nested messages; a message has exactly one of them. By field: the node of its form. */
  readonly bodies?: ReadonlyMap<string, number>;
  /** Nested messages of any number, each with a program of its own. By field: the node of its form. */
  readonly each?: ReadonlyMap<string, number>;
}

/**
 * Adds a form, whose program is made of the slots of its fields; returns its node.
 *
 * @param firstSlot Slots before it are those of messages around this one.
 */
export function addForm<const Field extends string>(
  forms: Forms,
  { message, stored, refused = [], bodies, each }: Form<Field>,
  firstSlot: number,
  program: (slot: { readonly [name in Field]: number }) => readonly Step[],
): number {
  const node = forms.nodes++;
  if (node >= TABLE.nodes || firstSlot + stored.length > SLOTS) throw new Error(`No room for the form of ${message}`);
  for (const { number, name, type, label } of MESSAGES.get(message) ?? []) {
    const at = node * TABLE.tags + number * 8;
    const wire = wireType(type);
    const slot = (stored as readonly string[]).indexOf(name);
    const act = (action: number, which = 0) => {
      forms.actions[at + wire] = action * 256 + which;
    };
    if (slot >= 0) act(ACTION.store, firstSlot + slot);
    if (bodies?.has(name)) act(ACTION.body, bodies.get(name));
    if (each?.has(name)) act(ACTION.each, each.get(name));
    if (refused.includes(name)) act(ACTION.refuse);
    // Several values in one occurrence.
    if (slot >= 0 && label === "repeated" && wire === WIRE.varint) forms.actions[at + WIRE.bytes] = ACTION.refuse * 256;
  }
  const slots = Object.fromEntries(stored.map((name, at) => [name, firstSlot + at]));
  addProgram(forms, node, program(slots as { [name in Field]: number }));
  return node;
}

function addProgram({ programs, words }: Forms, node: number, steps: readonly Step[]): void {
  programs[node] = words.length;
  for (const [name, a = 0, b = 0, c = 0] of [...steps, ["end"] as Step]) words.push(STEPS.indexOf(name), a, b, c);
}

/** A message whose fields a plan extracts, and the nested messages that occur at most once, by their slot. */
export interface PlanTree {
  readonly plan: Plan;
  readonly inside?: readonly (readonly [slot: number, tree: PlanTree])[];
  /** Nested messages of any number, by the tag of their field: the node of their form. */
  readonly each?: readonly (readonly [tag: number, node: number])[];
}

/** Adds a form whose rows have what plans extract, all into one list of slots; returns its node. */
export function addPlanForm(forms: Forms, tree: PlanTree): number {
  const found = { slots: 0, areBytes: 0 };
  const node = addPlan(forms, tree, found);
  addProgram(forms, node, [["row", found.slots, found.areBytes]]);
  forms.rowSlots[node] = found.slots;
  return node;
}

function addPlan(forms: Forms, { plan, inside = [], each = [] }: PlanTree, found: { slots: number; areBytes: number }) {
  const node = forms.nodes++;
  if (node >= TABLE.nodes) throw new Error("No room for the form of a plan");
  const { actions } = forms;
  const nested = new Map(inside.map(([slot, tree]) => [slot, addPlan(forms, tree, found)]));
  for (const [slot, inner] of nested) forms.insideSlots[inner] = slot;
  for (let tag = 0; tag < TABLE.tags; tag++) {
    const slot = plan.slots[tag] ?? 0;
    if (slot === 0) continue;
    const inner = nested.get(slot);
    actions[node * TABLE.tags + tag] = inner === undefined ? ACTION.store * 256 + slot : ACTION.inside * 256 + inner;
    found.slots = Math.max(found.slots, slot + 1);
    if ((tag & 7) === WIRE.bytes) found.areBytes |= 1 << slot;
  }
  for (const [tag, inner] of each) actions[node * TABLE.tags + tag] = ACTION.each * 256 + inner;
  return node;
}

/** Adds words that a step reads; returns where they begin. */
export function addWords({ words }: Forms, added: readonly number[]): number {
  const at = words.length;
  words.push(...added);
  return at;
}

/** Adds bytes that a step reads; returns where they begin. */
export function addPiece({ pieces }: Forms, bytes: Uint8Array): number {
  const at = pieces.length;
  pieces.push(...bytes);
  return at;
}

/** All of the slots are set. */
export const need = (...slots: readonly number[]): Step => [
  "need",
  slots.reduce((bits, slot) => bits | (1 << slot), 0) >>> 0,
];

/** Writes text to the name. */
export function text(forms: Forms, value: string): Step {
  const bytes = encodeText(value);
  return ["piece", addPiece(forms, bytes), bytes.length];
}

/** Writes the text for a slot's number to the name; a number without one makes the entry unusual. */
export function choose(forms: Forms, slot: number, texts: Readonly<Record<number, string>>): Step {
  const choices = Object.entries(texts).map(([number, value]) => {
    const bytes = encodeText(value);
    return [Number(number), addPiece(forms, bytes), bytes.length];
  });
  return ["choose", slot, addWords(forms, choices.flat()), choices.length];
}

/** Does the steps only if a slot has that number. */
export const when = (slot: number, number: number, steps: readonly Step[]): readonly Step[] => [
  ["skipUnless", slot, number, 4 * steps.length],
  ...steps,
];

/** Does the steps only if a slot has one of the bits. */
export const whenAny = (slot: number, bits: number, steps: readonly Step[]): readonly Step[] => [
  ["skipUnlessAny", slot, bits, 4 * steps.length],
  ...steps,
];

/** Does the steps unless a slot has that number. */
export const unless = (slot: number, number: number, steps: readonly Step[]): readonly Step[] => [
  ["skipIf", slot, number, 4 * steps.length],
  ...steps,
];
