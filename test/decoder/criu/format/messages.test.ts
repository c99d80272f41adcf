// The message tables against CRIU's own descriptions.

import { describe, expect, test } from "vitest";
import { ENUMS, MAGICS, MESSAGES } from "../../../../app/decoder/criu/format/messages.ts";
import description from "../../../fixtures/criu/criu-messages.json" with { type: "json" };

describe("messages", () => {
  const known = description.messages as unknown as Record<string, { fields: [number, string, string, string][] }>;

  // The description has the messages of the object graph; others, and those after CRIU 4.2, are from the .proto files.
  const inRelease = [...MESSAGES].filter(([name]) => known[name] !== undefined);

  test.each(inRelease)("%s is as described", (name, fields) => {
    const own = fields.filter((field) => !field.newer);
    const types = (field: string, type: string) => (field === "ino" && name === "pidfd_entry" ? "uint32" : type);
    expect(own.map((field) => [field.number, field.name, types(field.name, field.type), field.label])).toEqual(
      known[name]?.fields,
    );
  });

  test("fields after CRIU 4.2 have numbers that 4.2 does not use", () => {
    for (const [name, fields] of MESSAGES) {
      const numbers = fields.map(({ number }) => number);
      expect(new Set(numbers).size, name).toBe(numbers.length);
    }
  });

  test("enums are as described", () => {
    for (const [name, values] of Object.entries(ENUMS)) {
      const described = (description.enums as Record<string, unknown>)[name];
      if (described !== undefined) expect(values, name).toEqual(described);
    }
  });

  test("magics are as described", () => {
    for (const [name, value] of Object.entries(MAGICS)) {
      expect(value, name).toBe(Number((description.magics as Record<string, string>)[name]));
    }
  });

  test("leaves out only messages of no image", () => {
    const left = Object.keys(known).filter((name) => !MESSAGES.has(name));
    expect(left.sort()).toEqual(["CRIU_Opts", "img_streamer_reply_entry", "img_streamer_request_entry"]);
  });

  test("every enum and message that a field names is known, or is opaque on purpose", () => {
    const scalars = "uint32 uint64 int32 int64 sint32 sint64 bool string bytes fixed64".split(" ");
    const unknown = new Set<string>();
    for (const fields of MESSAGES.values()) {
      for (const { type } of fields) {
        if (!scalars.includes(type) && ENUMS[type] === undefined && !MESSAGES.has(type)) unknown.add(type);
      }
    }
    expect([...unknown].sort()).toEqual([
      "pac_keys",
      "thread_info_arm",
      "thread_info_loongarch64",
      "thread_info_mips",
      "thread_info_ppc64",
      "thread_info_riscv64",
      "thread_info_s390",
      "user_aarch64_gcs_context_entry",
    ]);
  });
});
