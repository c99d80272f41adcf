// Holds documents against the schemas in public/schema.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv/dist/2020.js";
import { expect } from "vitest";

const FOLDER = join(import.meta.dirname, "../../public/schema");

const ajv = new Ajv({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true });
for (const name of readdirSync(FOLDER)) ajv.addSchema(JSON.parse(readFileSync(join(FOLDER, name), "utf8")), name);

/** Whether a document follows a schema. */
export const isValid = (schema: string, document: unknown): boolean =>
  ajv.validate(`${schema}.schema.json`, document) === true;

/** Expects that a document follows a schema: `show`, `diff`, `check`, `who`, `watch` (a line). */
export function expectValid(schema: string, document: unknown): void {
  isValid(schema, document);
  expect(ajv.errors ?? []).toEqual([]);
}
