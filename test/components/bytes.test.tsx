// @vitest-environment happy-dom
// The byte view: steps from field to field, and moves that wait for fields.

import { act, useState } from "react";
import { describe, expect, test } from "vitest";
import { type FieldSource, neighbour, wider } from "../../app/components/Hex/field-steps.ts";
import { type Move, useMoves } from "../../app/components/Hex/useMoves.ts";
import type { Field } from "../../app/model/fields.ts";
import { recordAt, recordLength, recordOffset } from "../../app/model/records.ts";
import { fixtureBytes, open } from "../support/open.ts";
import { one, pageWith, render } from "../support/render.tsx";

describe("steps from field to field", async () => {
  const image = await open(fixtureBytes("linux-cr/v23-s1/before.ckpt"));
  const { records, members } = image.checkpoint;
  const fields: readonly (readonly Field[])[] = await Promise.all([0, 1, 2].map((record) => image.fields(record)));
  const size = members[0]?.size ?? 0;
  const source = (fieldsOf: FieldSource["fieldsOf"]): FieldSource => ({
    records,
    size,
    fieldsOf,
    recordAt: (offset) => recordAt(image.checkpoint.records, 0, offset),
  });
  const loaded = source((record) => fields[record] ?? null);
  const all = fields.flat();

  test("the next field of each is the one after, across records", () => {
    for (const [at, field] of all.entries()) {
      const next = all[at + 1];
      for (const offset of [field.offset, field.offset + field.length - 1]) {
        if (next !== undefined) expect(neighbour(loaded, offset, 1)).toBe(next.offset);
      }
    }
  });

  test("the previous field of each is the one before, and there is none before the first", () => {
    for (const [at, field] of all.entries()) {
      expect(neighbour(loaded, field.offset, -1)).toBe(at === 0 ? null : all[at - 1]?.offset);
    }
  });

  test("a step waits for the fields of the record that it starts from or leads back to", () => {
    const first = source((record) => (record === 0 ? (fields[0] ?? null) : null));
    const second = fields[1]?.[0]?.offset ?? 0;
    expect(neighbour(first, 0, 1)).toBe(all[1]?.offset);
    expect(neighbour(first, second, 1)).toBe("waiting");
    expect(
      neighbour(
        source((record) => (record === 1 ? (fields[1] ?? null) : null)),
        second,
        -1,
      ),
    ).toBe("waiting");
  });

  test("widening selects the field, then its record", () => {
    const field = all.find(({ length }) => length > 1);
    if (field === undefined) throw new Error("No field has several bytes");
    const record = recordAt(image.checkpoint.records, 0, field.offset);
    expect(wider(loaded, field.offset, 1)).toMatchObject({ offset: field.offset, length: field.length });
    expect(wider(loaded, field.offset, field.length)).toEqual({
      offset: recordOffset(records, record),
      length: recordLength(records, record),
    });
    expect(
      wider(
        source(() => null),
        field.offset,
        1,
      ),
    ).toBe("waiting");
  });
});

/** Buttons that make two moves, and one that brings what the moves wait for. */
function Moves({ made }: { made: string[] }) {
  const [ready, setReady] = useState(false);
  const onMove = useMoves(ready);
  const move =
    (name: string): Move<boolean> =>
    (isReady) => {
      if (!isReady) return "waiting";
      made.push(name);
      return "stayed";
    };
  return (
    <>
      <button type="button" id="first" onClick={() => onMove(move("first"))} />
      <button type="button" id="second" onClick={() => onMove(move("second"))} />
      <button type="button" id="ready" onClick={() => setReady(true)} />
    </>
  );
}

test("a move that waits holds back the moves after it, and both are made in order", async () => {
  const page = pageWith(await open(fixtureBytes("linux-cr/v23-s1/before.ckpt")));
  const made: string[] = [];
  const container = await render(page, <Moves made={made} />);
  const click = (id: string) => act(async () => one<HTMLButtonElement>(container, `#${id}`).click());
  await click("first");
  await click("second");
  expect(made).toEqual([]);
  await click("ready");
  expect(made).toEqual(["first", "second"]);
});
