// The words that filter changes: the language of the tables' filters
// (model/listings/filter.ts), over what a change is about.
//
//   nginx log        each word occurs in a path or a task's name, or is its pid
//   path:/var/log  task:nginx  pid:412  fd:3-10  kind:position
//   -path:/dev/null  not

import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import { descriptorOf } from "../../model/comparison/descriptor-pairs.ts";
import { SIDES, type Side } from "../../model/comparison/side.ts";
import { type FilterError, filterErrors, filterMask, parseTerms, type Term } from "../../model/listings/filter.ts";
import { i32At, u8At } from "../../model/read.ts";
import { completeCell } from "../../resources/words-of.ts";
import { CHANGE_KINDS, CHANGE_TITLES, isOfDescriptors, isOfResources, kindOf } from "../changes.ts";
import { type Comparison, kindAt, rowsOfChange } from "../comparison.ts";
import { isSecurityAt, resourceAt } from "../describe/resource-at.ts";
import { type ResourceChange, resourceColumn } from "../resource-changes.ts";
import { concernsTask } from "./change-tasks.ts";

/** The keys of the language, with what each is about, for help and completion. */
const CHANGE_FILTER_KEYS: Readonly<Record<string, string>> = {
  path: "path or name of the open file",
  task: "name of a task",
  pid: "pid of a task, or its index",
  fd: "number of the descriptor",
  kind: "kind of change: position, flags, opened, …",
  resource: "table of a resource: mappings, sockets, …",
  security: "yes: only what allows something new",
};

const termsOf = (words: string): Term[] => parseTerms(words, (key) => key in CHANGE_FILTER_KEYS);

/** The invalid terms. */
export function wordErrors(words: string): FilterError[] {
  return termsOf(words).flatMap(({ column, value }) => {
    if (column === "pid") return filterErrors("tasks", `pid:${value}`);
    return column === "fd" ? filterErrors("descriptors", `fd:${value}`) : [];
  });
}

/** A function that decides whether a change matches all the words. Masks of rows are made once, here. */
export function matchesWords(comparison: Comparison, words: string): (index: number) => boolean {
  const tests = termsOf(words).map((term) => {
    const test = termTest(comparison, term);
    return term.not ? (index: number) => !test(index) : test;
  });
  return (index) => tests.every((test) => test(index));
}

function termTest(comparison: Comparison, { column, value }: Term): (index: number) => boolean {
  const masks = (listing: "files" | "tasks" | "descriptors", key: string) => masksOf(comparison, listing, key, value);
  switch (column) {
    case "path": {
      const tests = [
        fileTest(comparison, masks("files", "path")),
        resourceTest(comparison, wordInRow(comparison, value, new Set(["path", "mountpoint"]))),
      ];
      return (index) => tests.some((test) => test(index));
    }
    case "task":
      return taskTest(comparison, masks("tasks", "comm"));
    case "pid":
      return taskTest(comparison, masks("tasks", "pid"));
    case "fd":
      return descriptorTest(comparison, masks("descriptors", "fd"));
    case "kind":
      return kindTest(comparison, value);
    case "resource":
      return resourceTest(comparison, ({ spec }) => spec.name.includes(value.toLowerCase()));
    case "security":
      return (index) => isSecurityAt(comparison, index) === !/^n/i.test(value);
    default: {
      const tests = [
        fileTest(comparison, masks("files", "path")),
        taskTest(comparison, masks("tasks", "comm")),
        resourceTest(comparison, wordInRow(comparison, value)),
      ];
      if (/^\d+$/.test(value)) tests.push(taskTest(comparison, masks("tasks", "pid")));
      return (index) => tests.some((test) => test(index));
    }
  }
}

type Masks = Readonly<Record<Side, Uint8Array | null>>;

function masksOf(
  comparison: Comparison,
  listing: "files" | "tasks" | "descriptors",
  key: string,
  value: string,
): Masks {
  const mask = (checkpoint: Checkpoint) => filterMask(checkpoint, listing, `${key}:"${value.replaceAll('"', "")}"`);
  return { before: mask(comparison.before), after: mask(comparison.after) };
}

const has = (mask: Uint8Array | null, row: number): boolean => row !== NONE && (mask === null || mask[row] === 1);

/** Descriptor pairs of a change; none for changes of tasks and tables. */
function pairsOf({ changes }: Comparison, index: number): Uint32Array {
  return isOfDescriptors(kindOf(u8At(changes.kind, index))) ? rowsOfChange(changes, index) : NO_ROWS;
}

const NO_ROWS = new Uint32Array(0);

/** Whether a side of one of a change's descriptors is in the masks. */
function descriptorTest(comparison: Comparison, masks: Masks): (index: number) => boolean {
  const { descriptors } = comparison.pairs;
  return (index) =>
    pairsOf(comparison, index).some((pair) =>
      SIDES.some((side) => has(masks[side], descriptorOf(descriptors, side, pair))),
    );
}

function fileTest(comparison: Comparison, masks: Masks): (index: number) => boolean {
  const { descriptors } = comparison.pairs;
  const leads = (side: Side, pair: number): boolean => {
    const descriptor = descriptorOf(descriptors, side, pair);
    return descriptor !== NONE && has(masks[side], i32At(comparison[side].descriptors.file, descriptor));
  };
  return (index) => pairsOf(comparison, index).some((pair) => SIDES.some((side) => leads(side, pair)));
}

/** Whether one of a change's tasks is in the masks. */
const taskTest = (comparison: Comparison, masks: Masks): ((index: number) => boolean) =>
  concernsTask(comparison, (before, after) => has(masks.before, before) || has(masks.after, after));

function resourceTest(comparison: Comparison, wanted: (change: ResourceChange) => boolean): (index: number) => boolean {
  return (index) => isOfResources(kindAt(comparison, index)) && wanted(resourceAt(comparison, index).change);
}

/** Whether a word occurs in the row of a change, in any column or in some of them. */
function wordInRow(
  { resources }: Comparison,
  word: string,
  columns?: ReadonlySet<string>,
): (change: ResourceChange) => boolean {
  const needle = word.toLowerCase();
  return ({ spec, before, after, column }) =>
    spec.columns.some((each) => {
      if (columns !== undefined ? !columns.has(each.name) : each !== column && each.type !== "text") return false;
      return SIDES.some((side) => {
        const row = side === "before" ? before : after;
        if (resources === null || row === NONE) return false;
        const column = resourceColumn(resources[side], spec, each);
        return completeCell(each, column, row).toLowerCase().includes(needle);
      });
    });
}

function kindTest({ changes }: Comparison, value: string): (index: number) => boolean {
  const word = value.toLowerCase();
  const wanted = CHANGE_KINDS.map((kind) => kind.includes(word) || CHANGE_TITLES[kind].includes(word));
  return (index) => wanted[u8At(changes.kind, index)] === true;
}
