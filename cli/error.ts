// The error that ends a command.

/** Why a command cannot do what it was asked to, in one line for the user. Exit status 2. */
export class CliError extends Error {
  override readonly name = "CliError";
}
