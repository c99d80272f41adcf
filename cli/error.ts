// The error that ends a command, and descriptions of system errors.

/** Why a command cannot do what it was asked to, in one line for the user. Exit status 2. */
export class CliError extends Error {
  override readonly name = "CliError";
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EACCES: "permission denied",
  EEXIST: "the file exists",
  EPERM: "operation not permitted",
  EISDIR: "is a directory",
  ENOTDIR: "not a directory",
  EMFILE: "too many open files",
  ENOSPC: "no space left on device",
  EIO: "input/output error",
  EFBIG: "file too large",
  EDQUOT: "disk quota exceeded",
  EROFS: "read-only file system",
  ENXIO: "no such device or address",
  ENAMETOOLONG: "file name too long",
  ELOOP: "too many levels of symbolic links",
  EMLINK: "too many links",
  EADDRINUSE: "the address is in use",
  EADDRNOTAVAIL: "this machine does not have the address",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "no name server answers",
};

/** A system error in words. */
export function systemReason(error: unknown): string {
  const code = (error as { code?: string }).code ?? "";
  return REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}
