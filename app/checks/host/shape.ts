// Shapes of JSON values, as data: a reader that checks a value, its TypeScript type and its JSON Schema come from one
// description.

/** A shape. */
export type Shape =
  | { readonly is: "text" | "count" | "flag"; readonly about?: string }
  | { readonly is: "constant"; readonly value: number | string }
  | { readonly is: "nullable"; readonly of: Shape; readonly about?: string }
  | { readonly is: "list"; readonly of: Shape; readonly about?: string }
  | { readonly is: "map"; readonly of: Shape; readonly about?: string }
  | { readonly is: "object"; readonly keys: Keys; readonly about?: string };

/** The keys of an object. Those whose name ends in `?` may be absent. */
export interface Keys {
  readonly [key: string]: Shape;
}

type MayBeAbsent<K> = K extends `${infer Name}?` ? Name : never;
type AlwaysThere<K> = K extends `${string}?` ? never : K;

/** The type of the values of a shape. */
export type Shaped<S> = S extends { is: "text" }
  ? string
  : S extends { is: "count" }
    ? number
    : S extends { is: "flag" }
      ? boolean
      : S extends { is: "constant"; value: infer Value }
        ? Value
        : S extends { is: "nullable"; of: infer Inner }
          ? Shaped<Inner> | null
          : S extends { is: "list"; of: infer Inner }
            ? readonly Shaped<Inner>[]
            : S extends { is: "map"; of: infer Inner }
              ? { readonly [key: string]: Shaped<Inner> }
              : S extends { is: "object"; keys: infer Inner }
                ? { readonly [K in keyof Inner as AlwaysThere<K>]: Shaped<Inner[K]> } & {
                    readonly [K in keyof Inner as MayBeAbsent<K>]?: Shaped<Inner[K]>;
                  }
                : never;

const WORDS = { text: "text", count: "a whole number", flag: "true or false" } as const;

/** What is wrong with a value, as a clause with its place (`files[3].size is not text`); `null`: it has the shape. */
export function mismatch(value: unknown, shape: Shape, place = ""): string | null {
  const wrong = (what: string): string => `${place === "" ? "it" : place} is not ${what}`;
  switch (shape.is) {
    case "text":
      return typeof value === "string" ? null : wrong(WORDS.text);
    case "flag":
      return typeof value === "boolean" ? null : wrong(WORDS.flag);
    case "count":
      return Number.isSafeInteger(value) && (value as number) >= 0 ? null : wrong(WORDS.count);
    case "constant":
      return value === shape.value ? null : wrong(JSON.stringify(shape.value));
    case "nullable":
      return value === null ? null : mismatch(value, shape.of, place);
    case "list":
      if (!Array.isArray(value)) return wrong("a list");
      return firstOf(value.entries(), (at, item) => mismatch(item, shape.of, `${place}[${at}]`));
    case "map":
      if (!isObject(value)) return wrong("an object");
      return firstOf(Object.entries(value), (key, item) => mismatch(item, shape.of, joined(place, key)));
    case "object":
      if (!isObject(value)) return wrong("an object");
      return firstOf(Object.entries(shape.keys), (named, inner) => {
        const key = named.replace(/\?$/, "");
        const item = Object.hasOwn(value, key) ? value[key] : undefined;
        if (item === undefined) return key === named ? `${joined(place, key)} is missing` : null;
        return mismatch(item, inner, joined(place, key));
      });
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const joined = (place: string, key: string): string => (place === "" ? key : `${place}.${key}`);

function firstOf<K, T>(entries: Iterable<readonly [K, T]>, find: (key: K, item: T) => string | null): string | null {
  for (const [key, item] of entries) {
    const found = find(key, item);
    if (found !== null) return found;
  }
  return null;
}

/** The JSON Schema of a shape. Keys that it does not name may be there: keys are added while the version stays. */
export function schemaOf(shape: Shape): Readonly<Record<string, unknown>> {
  const about = "about" in shape && shape.about !== undefined ? { description: shape.about } : {};
  switch (shape.is) {
    case "text":
      return { type: "string", ...about };
    case "flag":
      return { type: "boolean", ...about };
    case "count":
      return { type: "integer", minimum: 0, ...about };
    case "constant":
      return { const: shape.value };
    case "nullable":
      return { anyOf: [schemaOf(shape.of), { type: "null" }], ...about };
    case "list":
      return { type: "array", items: schemaOf(shape.of), ...about };
    case "map":
      return { type: "object", additionalProperties: schemaOf(shape.of), ...about };
    case "object": {
      const entries = Object.entries(shape.keys);
      const required = entries.filter(([key]) => !key.endsWith("?")).map(([key]) => key);
      const properties = Object.fromEntries(entries.map(([key, inner]) => [key.replace(/\?$/, ""), schemaOf(inner)]));
      return { type: "object", required, properties, ...about };
    }
  }
}
