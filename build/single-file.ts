// Inlines a page's script, styles and licences into the HTML. The policy allows only these scripts and styles, by hash.

import { createHash } from "node:crypto";
import type { Plugin, Rolldown } from "vite";
import { policy } from "./policy.ts";

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** The file with the licences of bundled packages. */
export const LICENSES = "licenses.md";

/** Text as a comment in HTML, which it cannot end. */
const comment = (text: string): string => `<!--\n${text.replaceAll("--", "- -")}-->`;

/** Escapes text that would end the script element or begin a comment in it. String literals keep their value. */
const scriptText = (code: string): string => code.replace(/<(?=\/script|!--)/gi, "\\x3C");

export function singleFile(): Plugin {
  return {
    name: "single-file",
    apply: "build",
    // Runs after all other plugins, including Vite's own.
    generateBundle: { order: "post", handler: (_options, bundle) => inlined(bundle) },
  };
}

function inlined(bundle: Rolldown.OutputBundle): void {
  let script = "";
  let style = "";
  let licenses = "";
  for (const [name, file] of Object.entries(bundle)) {
    if (file.type === "chunk") script += file.code;
    else if (name.endsWith(".css")) style += String(file.source);
    else if (name === LICENSES) licenses = comment(String(file.source));
    else continue;
    delete bundle[name];
  }
  for (const file of Object.values(bundle)) {
    if (file.type !== "asset" || !file.fileName.endsWith(".html")) continue;
    const code = scriptText(script);
    const content = policy({ script: hashOf(code), style: hashOf(style) }, "'none'");
    file.source = String(file.source)
      .replace(/<script type="module"[^>]*><\/script>\s*/, "")
      .replace(/<link rel="stylesheet"[^>]*>\s*/, "")
      // Functions, because `$` is special in a replacement string.
      .replace("<head>", () => `<head>\n    <meta http-equiv="Content-Security-Policy" content="${content}">`)
      .replace("</head>", () => `<style>${style}</style>\n<script type="module">${code}</script>\n</head>`)
      .replace("</body>", () => `${licenses}\n</body>`);
  }
}
