// Turns the contents that expected.json and truth-*.json describe into states: three forms of JSON, one State.

import { readFileSync } from "node:fs";
import type { FileKind } from "../../app/model/names/names.ts";
import type { State, StateFile } from "./state.ts";

/** Reads a JSON file of the fixtures. */
export function fixtureJson<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/${path}`, import.meta.url), "utf8")) as T;
}

/** One image of `linux-cr/seed-*`: tables and files are numbered by index. */
export interface PlainContents {
  readonly tasks: readonly { readonly pid: number | null; readonly comm: string; readonly table: number }[];
  readonly tables: readonly (readonly {
    readonly fd: number;
    readonly file: number;
    readonly closeOnExec: boolean;
  }[])[];
  readonly files: readonly {
    readonly kind: FileKind;
    readonly path: string;
    readonly pos: string;
    readonly flags: number;
    readonly mode: number;
    readonly version: string;
  }[];
}

/** One image of `linux-cr/v16-*` and `v23-*`: by objref. */
export interface ObjrefContents {
  readonly tasks: readonly { readonly pid: number | null; readonly comm: string; readonly filesObjref: number }[];
  readonly fileTables: readonly {
    readonly objref: number;
    readonly fds: readonly { readonly fd: number; readonly objref: number; readonly closeOnExec: boolean }[];
  }[];
  readonly files: readonly {
    readonly objref: number;
    readonly kind: FileKind;
    readonly path: string | null;
    readonly f_pos: string;
    readonly f_flags: number;
    readonly f_mode: number;
    readonly f_version: string;
  }[];
}

/** `truth-*.json` of `criu/`: from /proc. */
export interface ProcContents {
  readonly tasks: readonly {
    readonly pid: number;
    readonly comm: string;
    readonly table: number;
    readonly fds: readonly { readonly fd: number; readonly file: number; readonly closeOnExec: boolean }[];
  }[];
  readonly files: readonly { readonly link: string; readonly pos: string; readonly flags: number }[];
}

/** A file without a path, named by its kind and a number. */
const nameless = (kind: FileKind, number: number) => ({
  kind,
  path: `${kind}:[${number}]`,
  stable: kind.length + 2,
});

const ofTask = ({ pid, comm }: { readonly pid: number | null; readonly comm: string }) =>
  pid === null ? { comm } : { pid, comm };

/** The state for either form of Linux-CR contents. */
export function linuxCrState(contents: PlainContents | ObjrefContents): State {
  if (!("fileTables" in contents)) {
    return {
      tasks: contents.tasks.map((task) => ({ ...ofTask(task), table: task.table })),
      tables: contents.tables,
      files: contents.files.map((file) => ({ ...file, pos: BigInt(file.pos), version: BigInt(file.version) })),
    };
  }
  const { tasks, fileTables, files } = contents;
  return {
    tasks: tasks.map((task) => ({
      ...ofTask(task),
      table: fileTables.findIndex((table) => table.objref === task.filesObjref),
    })),
    tables: fileTables.map((table) =>
      table.fds.map(({ fd, objref, closeOnExec }) => ({
        fd,
        file: files.findIndex((file) => file.objref === objref),
        closeOnExec,
      })),
    ),
    files: files.map((file) => ({
      ...(file.path === null ? nameless(file.kind, file.objref) : { kind: file.kind, path: file.path }),
      pos: BigInt(file.f_pos),
      flags: file.f_flags,
      mode: file.f_mode,
      version: BigInt(file.f_version),
    })),
  };
}

/** The state for contents from /proc, where all tasks of a table list its descriptors. */
export function procState({ tasks, files }: ProcContents): State {
  const tables = [...new Set(tasks.map((task) => task.table))];
  return {
    tasks: tasks.map(({ pid, comm, table }) => ({ pid, comm, table: tables.indexOf(table) })),
    tables: tables.map((table) => tasks.find((task) => task.table === table)?.fds ?? []),
    files: files.map(({ link, pos, flags }, number): StateFile => {
      const path = link.replace(/ \(deleted\)$/, "");
      const name = path.startsWith("/") ? { kind: "regular" as const, path } : nameless("pipe", number);
      return { ...name, pos: BigInt(pos), flags };
    }),
  };
}
