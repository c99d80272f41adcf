// Describes resources for people and for programs: sections of docs/resources.md, and the schema of their entries.

import type { ColumnSpec, ColumnType, ResourceSpec, Scope } from "./resource.ts";
import { RESOURCES } from "./resources.ts";

const OF: Readonly<Record<Scope, string>> = {
  task: "Rows belong to a task.",
  thread: "Rows belong to a thread.",
  descriptor: "Rows belong to a descriptor of a task.",
  image: "Rows belong to the image as a whole.",
};

const NOT_COMPARED = {
  volatile: "no: advances by itself",
  renumbered: "no: numbered or placed anew each time",
  elsewhere: "as another kind of change",
} as const;

const COMPARED_AS = {
  namespace: "whether the same tasks are in it",
  group: "whether there is one, and of the same rows",
  presence: "whether there is one",
  place: "where it is in the file that is mapped there",
} as const;

/** The section of a resource in docs/resources.md, with its heading. */
export function resourceSection(spec: ResourceSpec): string {
  const { name, meaning, columns, scope } = spec;
  return [
    `## ${name}`,
    "",
    `${meaning} ${OF[scope]} ${comparisonText(spec)}`,
    "",
    "| column | type | meaning | compared | CRIU | Linux-CR |",
    "| --- | --- | --- | --- | --- | --- |",
    ...columns.map((column) => columnLine(spec, column)),
  ].join("\n");
}

const ROWS = {
  values: " Rows on one side only are not reported here.",
  noted: " Rows on one side only are counted in a note, unless their thread is on that side only.",
  recorded: " Rows on one side only are counted in a note.",
  "unless reported":
    " Rows on one side only are not reported if another kind of change does so, and counted in a note if one of the images records none of their kind.",
} as const;

function comparisonText({ key, columns, scope, compared, repeats }: ResourceSpec): string {
  if (compared === "nothing") return "Not compared as a table.";
  const isOfNamespace = scope === "image" && columns.some(({ name }) => name === "namespace");
  const by = [...(isOfNamespace ? ["the tasks in their namespace"] : []), ...key.map((each) => `\`${each}\``)];
  const matched = `Rows are matched by ${by.join(", ")}.`;
  const rows = compared === undefined ? "" : ROWS[compared];
  const repeated =
    repeats === undefined
      ? ""
      : repeats === "always"
        ? " The changes of descriptors and open files say the same; lists for people leave these out."
        : " For the first thread of a task, `task-detail` says the same; lists for people leave these out.";
  return `${matched}${rows}${repeated}`;
}

function columnLine(spec: ResourceSpec, column: ColumnSpec): string {
  const { name, type, meaning, criu = [], linuxCr = [] } = column;
  const isKey = spec.key.includes(name) || name === "pid";
  const compared =
    spec.compared === "nothing"
      ? ""
      : isKey
        ? "key"
        : column.notCompared === undefined
          ? column.recordedWith === undefined
            ? "yes"
            : "if both images record it"
          : column.comparedAs === undefined
            ? NOT_COMPARED[column.notCompared]
            : COMPARED_AS[column.comparedAs];
  const code = (all: readonly string[]): string => all.map((each) => `\`${each}\``).join(", ");
  const nothing = column.nothing === undefined ? "" : `; null: ${column.nothing}`;
  return `| \`${name}\` | ${type} | ${meaning}${nothing} | ${compared} | ${code(criu)} | ${code(linuxCr)} |`;
}

const list = (items: object) => ({ type: ["array", "null"], items });

const SCHEMAS: Readonly<Record<ColumnType, object>> = {
  text: { type: ["string", "null"] },
  number: { type: ["number", "null"] },
  mode: { type: ["integer", "null"], minimum: 0 },
  flag: { type: ["boolean", "null"] },
  decimal: { type: ["string", "null"], pattern: "^[0-9]+$" },
  signed: { type: ["string", "null"], pattern: "^-?[0-9]+$" },
  address: { type: ["string", "null"], pattern: "^[0-9a-f]+$" },
  seconds: { type: ["string", "null"], pattern: "^[0-9]+(\\.[0-9]+)?$" },
  list: list({ type: ["string", "number"] }),
  capabilities: list({ type: "string" }),
  signals: list({ type: "string" }),
  signal: { type: ["string", "null"] },
};

/** The schema of `resources` in `show --json --resources`: a list of entries for each resource. */
export function resourcesSchema(): object {
  const entry = ({ columns }: ResourceSpec) => ({
    type: "object",
    required: columns.map(({ name }) => name),
    properties: Object.fromEntries(
      columns.map(({ name, type, meaning }) => [name, { ...SCHEMAS[type], description: meaning }]),
    ),
  });
  return {
    type: "object",
    description: "Tables of other resources, if asked for: docs/resources.md",
    properties: Object.fromEntries(
      RESOURCES.map((spec) => [spec.name, { type: "array", description: spec.meaning, items: entry(spec) }]),
    ),
  };
}
