// The text of `show` is the same with the kernel that writes rows, and where WebAssembly is not allowed.

import fc from "fast-check";
import { expect, test } from "vitest";
import { type RowKernel, startRowKernel } from "../../../app/export/rows/kernel.ts";
import { createRows } from "../../../app/export/rows/rows.ts";
import { type Checkpoint, NONE } from "../../../app/model/checkpoint.ts";
import { showText } from "../../../cli/commands/show-text.ts";
import { anyFiles, checkpointWith } from "../../support/any-columns.ts";
import { arbitraryState } from "../../support/arbitrary-state.ts";
import { checkpointOf, type StateFile } from "../../support/state.ts";

function textOf(checkpoint: Checkpoint, kernel: RowKernel | null): string {
  const decoder = new TextDecoder();
  const options = { colour: true, chosen: null };
  let text = "";
  for (const part of showText(checkpoint, "test", options, createRows(1 << 16, kernel))) {
    text += decoder.decode(part, { stream: true });
  }
  return text;
}

function expectSame(checkpoint: Checkpoint): string {
  const text = textOf(checkpoint, null);
  expect(textOf(checkpoint, startRowKernel())).toBe(text);
  return text;
}

test("any columns", () => {
  fc.assert(
    fc.property(anyFiles, fc.boolean(), fc.boolean(), (...of) => void expectSame(checkpointWith(...of))),
    {
      numRuns: 300,
    },
  );
});

test("any state", () => {
  fc.assert(fc.property(arbitraryState(true), (state) => void expectSame(checkpointOf(state))));
});

test("more rows than the windows have room for, each shared and with facts", () => {
  const count = 9000;
  const files = Array.from(
    { length: count },
    (_, at): StateFile => ({
      ...{ kind: "eventfd", path: "eventfd", stable: 7, pos: BigInt(at), flags: at % 80 },
      ...(at % 3 === 0 ? { details: { counter: String(at) } } : {}),
    }),
  );
  const table = files.map((_, at) => ({ fd: at * 7, file: at === 5 ? NONE : at, closeOnExec: at % 2 === 0 }));
  const text = expectSame(
    checkpointOf({ tasks: [{ pid: 1, comm: "one", table: 0 }], tables: [table, table.slice(0, 200)], files }),
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
  expect(text).toMatch(/^ {4} {4}7 {2}-w eventfd @1 {2}\u001b\[36mshared with fd 7\u001b/m);
  // One descriptor of each table has no open file, and one open file has no descriptor.
  expect(text.split("\n").filter((line) => line.includes("eventfd @"))).toHaveLength(count - 1 + 200 - 1 + 1);
});

test("facts that are longer than the output", () => {
  // A list of descriptors is cut to a few thousand characters only after it has been written.
  const details = { mask: Array.from({ length: 90_000 }, (_, at) => `SIG${at}`) };
  const files = Array.from(
    { length: 4 },
    (): StateFile => ({ kind: "signalfd", path: "signalfd", stable: 8, details }),
  );
  const slots = files.map((_, at) => ({ fd: at, file: at }));
  const text = expectSame(checkpointOf({ tasks: [{ pid: 1, comm: "one", table: 0 }], tables: [slots], files }));
  expect(text.match(/SIG0, SIG1, .*… \([\d,]+ characters\)/g)).toHaveLength(4);
});
