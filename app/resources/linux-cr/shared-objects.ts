// The objects that tasks share, by their objrefs. Each is read when its record comes, before the tasks that name it.

import { terminalName } from "../../decoder/linux-cr/details/terminal-names.ts";
import { HAS_STATUS } from "../../model/outside.ts";
import { actionsOf, credentialsOf, type Draft, memoryOf, namespacesOf } from "./objects.ts";
import type { Struct } from "./record-reader.ts";

/** The credentials of a task. */
interface Credentials {
  readonly row: Draft;
  /** Objref of the user namespace of its user; 0: none. */
  readonly namespace: number;
  /** See HAS_STATUS. */
  readonly hasStatus: boolean;
}

/** The signal actions of a task. */
interface Actions {
  readonly rows: readonly Draft[];
  readonly record: number;
}

/** What a SEM_UNDO has for one set of semaphores. */
export interface Undo {
  readonly row: Draft;
  readonly record: number;
}

export interface SharedObjects {
  groups(objref: number, groupinfo: Struct): void;
  /** A label of the security module, which objects name by `reference`. */
  label(reference: number, text: Uint8Array): void;
  user(objref: number, user: Struct): void;
  credentials(objref: number, cred: Struct): void;
  terminal(objref: number, tty: Struct): void;
  namespaces(objref: number, ns: Struct): void;
  actions(objref: number, sighand: Struct, record: number): void;
  memory(objref: number, mm: Struct): void;
  /** What is added to a set of semaphores, among the list that is announced as `objref`. */
  undo(objref: number, row: Draft, record: number): void;
  credentialsAt(objref: number): Credentials | undefined;
  /** The name of a terminal; `null`: the image has none under the objref. */
  terminalAt(objref: number): string | null;
  namespacesAt(objref: number): readonly Draft[];
  actionsAt(objref: number): Actions | undefined;
  undoAt(objref: number): readonly Undo[];
  /** What a memory object has about its tasks. */
  memoryAt(objref: number): Draft;
  /** The label of an object, by the number that it names; `null`: it has none. */
  labelAt(reference: number): Uint8Array | null;
}

/** Collects objects. `arch`: Machine.arch. */
export function createSharedObjects(arch: string | null): SharedObjects {
  const groups = new Map<number, readonly number[]>();
  const labels = new Map<number, Uint8Array>();
  const namespaceOfUser = new Map<number, number>();
  const credentials = new Map<number, Credentials>();
  const terminals = new Map<number, string>();
  const namespaces = new Map<number, readonly Draft[]>();
  const actions = new Map<number, Actions>();
  const undoLists = new Map<number, Undo[]>();
  const memories = new Map<number, Draft>();
  return {
    groups(objref, struct) {
      groups.set(objref, struct.words("groups", struct.number("ngroups")));
    },
    label(reference, text) {
      labels.set(reference, text);
    },
    user(objref, struct) {
      namespaceOfUser.set(objref, struct.number("userns_ref"));
    },
    credentials(objref, struct) {
      const of = {
        groups: groups.get(struct.number("groupinfo_ref")) ?? null,
        label: labels.get(struct.number("sec_ref")) ?? null,
      };
      const namespace = namespaceOfUser.get(struct.number("user_ref")) ?? 0;
      const hasStatus = struct.number("cap_s.padding") === HAS_STATUS;
      credentials.set(objref, { row: credentialsOf(struct, of, arch), namespace, hasStatus });
    },
    terminal(objref, struct) {
      terminals.set(objref, terminalName(struct));
    },
    namespaces(objref, struct) {
      namespaces.set(objref, namespacesOf(struct));
    },
    actions(objref, struct, record) {
      actions.set(objref, { rows: actionsOf(struct, arch), record });
    },
    memory(objref, struct) {
      memories.set(objref, memoryOf(struct));
    },
    undo(objref, row, record) {
      const list = undoLists.get(objref);
      if (list === undefined) undoLists.set(objref, [{ row, record }]);
      else list.push({ row, record });
    },
    credentialsAt: (objref) => credentials.get(objref),
    terminalAt: (objref) => terminals.get(objref) ?? null,
    namespacesAt: (objref) => namespaces.get(objref) ?? [],
    actionsAt: (objref) => actions.get(objref),
    undoAt: (objref) => undoLists.get(objref) ?? [],
    memoryAt: (objref) => memories.get(objref) ?? {},
    labelAt: (reference) => labels.get(reference) ?? null,
  };
}
