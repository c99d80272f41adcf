// Arguments that come from somebody else: files without an end, and words that would change how
// a terminal shows the rest.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { stillVisible } from "../../app/model/text/text.ts";
import { runCommand } from "../support/command.ts";

const image = fileURLToPath(new URL("../fixtures/criu/w1/before", import.meta.url));

test.skipIf(!existsSync("/dev/zero"))(
  "a device as host facts is refused once it has more than facts may have",
  async () => {
    const { status, complaints } = await runCommand(["check", image, "--host", "/dev/zero"]);
    expect([status, complaints]).toEqual([
      2,
      [expect.stringMatching(/\/dev\/zero: too large for a file of host facts/)],
    ]);
  },
);

describe("an invalid regular expression", () => {
  test.each(["(\u001b[31m", "[é\u202e]", "(?<\u009b>x)("])("%j", async (pattern) => {
    const { status, complaints } = await runCommand(["memory", image, "--regex", pattern]);
    expect(status).toBe(2);
    expect(stillVisible(complaints.join(""))).toBe(complaints.join(""));
  });
});
