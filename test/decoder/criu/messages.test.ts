// The message tables against CRIU's own descriptions.

import { describe, expect, test } from "vitest";
import { ENUMS, MAGICS, MESSAGES } from "../../../app/decoder/criu/messages.ts";
import description from "../../fixtures/criu/criu-messages.json" with { type: "json" };

/** Messages after CRIU 4.2. */
const NEWER_MESSAGES = ["sk_ucred_entry"];

describe("messages", () => {
  const known = description.messages as unknown as Record<string, { fields: [number, string, string, string][] }>;

  const inRelease = [...MESSAGES].filter(([name]) => !NEWER_MESSAGES.includes(name));

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
      expect(values, name).toEqual((description.enums as Record<string, unknown>)[name]);
    }
  });

  test("magics are as described", () => {
    for (const [name, value] of Object.entries(MAGICS)) {
      expect(value, name).toBe(Number((description.magics as Record<string, string>)[name]));
    }
  });

  test("leaves out only messages of no image", () => {
    const left = Object.keys(known).filter((name) => !MESSAGES.has(name));
    expect(left.sort()).toEqual([
      "CRIU_Opts",
      "img_streamer_reply_entry",
      "img_streamer_request_entry",
      "tun_link_entry",
    ]);
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
      "rseq_entry",
      "sa_entry",
      "signal_queue_entry",
      "task_timers_entry",
      "thread_info_aarch64",
      "thread_info_arm",
      "thread_info_loongarch64",
      "thread_info_mips",
      "thread_info_ppc64",
      "thread_info_riscv64",
      "thread_info_s390",
      "timeval",
    ]);
  });
});
