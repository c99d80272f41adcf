// Checks imports against the rules, and finds circles. Type-only imports count, as they too link files together.

import { posix } from "node:path";

/** Source text by path from the root of the project. */
export type Sources = ReadonlyMap<string, string>;
export type Rules = Readonly<Record<string, readonly string[]>>;

/** All forms in which the project names another module. */
const SPECIFIERS = [
  /^(?:import|export)\s[^"';]*?\bfrom\s+"([^"]+)"/gm,
  /^import\s+"([^"]+)"/gm,
  /\bimport\(\s*"([^"]+)"\s*\)/g,
  /\bnew URL\(\s*"([^"]+\.\w+)",\s*import\.meta\.url\s*\)/g,
];

/** What a file imports: paths from the root, `npm:` and the name of a package, `node:` for any module of Node. */
export function importsOf(path: string, text: string): string[] {
  const specifiers = SPECIFIERS.flatMap((form) => Array.from(text.matchAll(form), ([, specifier = ""]) => specifier));
  return specifiers.map((specifier) => {
    if (specifier.startsWith(".")) return posix.join(posix.dirname(path), specifier);
    if (specifier.startsWith("node:")) return "node:";
    const parts = specifier.split("/");
    return `npm:${parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/")}`;
  });
}

/** The key of the rule for a file: the file itself, or its nearest folder that has one. */
function ruleFor(path: string, rules: Rules): string | undefined {
  for (let at = path; at !== "."; at = posix.dirname(at)) if (at in rules) return at;
  return undefined;
}

/** Imports that the rules do not allow, files without a rule, and rules without a file. */
export function forbiddenImports(sources: Sources, rules: Rules): string[] {
  const faults: string[] = [];
  const used = new Set<string>();
  for (const [path, text] of sources) {
    const rule = ruleFor(path, rules);
    if (rule === undefined) {
      faults.push(`${path}: no rule says what it may import`);
      continue;
    }
    used.add(rule);
    const allowed = [rule, ...(rules[rule] ?? [])];
    for (const imported of importsOf(path, text)) {
      if (allowed.includes(imported) || allowed.includes(ruleFor(imported, rules) ?? "")) continue;
      faults.push(`${path} imports ${imported}, which ${rule} may not import`);
    }
  }
  for (const rule of Object.keys(rules)) if (!used.has(rule)) faults.push(`${rule}: this rule covers no file`);
  return faults;
}

/** Circles of imports, each as a path that ends where it starts. Not all of them, but at least one if there is any. */
export function circles(sources: Sources): string[] {
  const found: string[] = [];
  const finished = new Set<string>();
  const visit = (path: string, way: readonly string[]): void => {
    const start = way.indexOf(path);
    if (start >= 0) found.push([...way.slice(start), path].join(" → "));
    if (start >= 0 || finished.has(path)) return;
    for (const imported of importsOf(path, sources.get(path) ?? "")) {
      if (sources.has(imported)) visit(imported, [...way, path]);
    }
    finished.add(path);
  };
  for (const path of sources.keys()) visit(path, []);
  return found;
}
