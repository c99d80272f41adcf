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

/** Copies text to the clipboard. Resolves to false if the browser denies access. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** A file's name without folders and special characters, to derive other files' names from. */
export function plainName(name: string): string {
  const base = name.slice(name.lastIndexOf("/") + 1);
  return base.replace(/[^\w.-]+/g, "_").slice(0, 100) || "checkpoint";
}
