// Copies to the clipboard and saves files.

/** Downloads a file that the page made. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A text, or one that is being made; `null`: there is none, as the user cancelled it or was notified why. */
export type Copied = string | Promise<string | null>;

/**
 * Copies text to the clipboard. Resolves to false if the browser denies access, to null if there is no text. Rejects if
 * the text's promise does.
 */
export async function copyText(text: Copied): Promise<boolean | null> {
  if (typeof text !== "string" && (await copyPromised(text))) return true;
  const made = await text;
  if (made === null) return null;
  try {
    await navigator.clipboard.writeText(made);
    return true;
  } catch {
    return copyByCommand(made);
  }
}

/**
 * Has the browser await the text. It allows access only for some seconds after a key or a click (Firefox: 5), and making
 * a large table takes longer.
 */
async function copyPromised(text: Promise<string | null>): Promise<boolean> {
  try {
    const content = text.then((made) => {
      if (made === null) throw new DOMException("", "AbortError");
      return new Blob([made], { type: "text/plain" });
    });
    content.catch(() => {});
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": content })]);
    return true;
  } catch {
    // There is no text, or the browser takes none that is not made yet.
    return false;
  }
}

/** The old way, which also works on pages that are neither local nor loaded over HTTPS. */
function copyByCommand(text: string): boolean {
  const onCopy = (event: ClipboardEvent): void => {
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  window.addEventListener("copy", onCopy, true);
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    window.removeEventListener("copy", onCopy, true);
  }
}

/** A file's name without folders and special characters, to derive other files' names from. */
export function plainName(name: string): string {
  const base = name.slice(name.lastIndexOf("/") + 1);
  return base.replace(/[^\w.-]+/g, "_").slice(0, 100) || "checkpoint";
}
