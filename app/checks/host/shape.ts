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

/**
 * What is wrong with a value: the type that it should have (`text`; `null`: it is missing), and its path, the innermost
 * key last.
 */
interface Mismatch {
  readonly wanted: string | null;
  readonly place: readonly (string | number)[];
}

type Checker = (value: unknown) => Mismatch | null;

/** What is wrong with a value, as a clause with its place (`files[3].size is not text`); `null`: it has the shape. */
export function mismatch(value: unknown, shape: Shape): string | null {
  const found = checkerOf(shape)(value);
  if (found === null) return null;
  const place = found.place.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : text === "" ? key : `${text}.${key}`),
    "",
  );
  const what = place === "" ? "it" : place;
  return found.wanted === null ? `${what} is missing` : `${what} is not ${found.wanted}`;
}

/** Made once for a shape: a list may have a million items, and their places are only wanted if one is wrong. */
function checkerOf(shape: Shape): Checker {
  switch (shape.is) {
    case "text":
      return unless((value) => typeof value === "string", WORDS.text);
    case "flag":
      return unless((value) => typeof value === "boolean", WORDS.flag);
    case "count":
      return unless((value) => Number.isSafeInteger(value) && (value as number) >= 0, WORDS.count);
    case "constant":
      return unless((value) => value === shape.value, JSON.stringify(shape.value));
    case "nullable": {
      const check = checkerOf(shape.of);
      return (value) => (value === null ? null : check(value));
    }
    case "list":
      return listChecker(checkerOf(shape.of));
    case "map":
      return mapChecker(checkerOf(shape.of));
    case "object":
      return objectChecker(shape.keys);
  }
}

function unless(isRight: (value: unknown) => boolean, wanted: string): Checker {
  const wrong: Mismatch = { wanted, place: [] };
  return (value) => (isRight(value) ? null : wrong);
}

const within = (key: string | number, { wanted, place }: Mismatch): Mismatch => ({ wanted, place: [key, ...place] });

function listChecker(check: Checker): Checker {
  return (value) => {
    if (!Array.isArray(value)) return { wanted: "a list", place: [] };
    for (let at = 0; at < value.length; at++) {
      const found = check(value[at]);
      if (found !== null) return within(at, found);
    }
    return null;
  };
}

const NOT_AN_OBJECT: Mismatch = { wanted: "an object", place: [] };

function mapChecker(check: Checker): Checker {
  return (value) => {
    if (!isObject(value)) return NOT_AN_OBJECT;
    for (const [key, item] of Object.entries(value)) {
      const found = check(item);
      if (found !== null) return within(key, found);
    }
    return null;
  };
}

function objectChecker(keys: Keys): Checker {
  const checks = Object.entries(keys).map(([named, shape]) => {
    const key = named.replace(/\?$/, "");
    return { key, check: checkerOf(shape), isNeeded: key === named };
  });
  return (value) => {
    if (!isObject(value)) return NOT_AN_OBJECT;
    for (const { key, check, isNeeded } of checks) {
      const item = Object.hasOwn(value, key) ? value[key] : undefined;
      const found = item !== undefined ? check(item) : isNeeded ? { wanted: null, place: [] } : null;
      if (found !== null) return within(key, found);
    }
    return null;
  };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The JSON Schema of a shape. Other keys are allowed, because keys are added within a version. */
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
