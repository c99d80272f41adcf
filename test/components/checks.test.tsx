// @vitest-environment happy-dom
// The checks: what a restore needs beyond the image, with links to what needs it.

import { act } from "react";
import { expect, test } from "vitest";
import { Checks } from "../../app/components/Checks/Checks.tsx";
import { fixtureBytes, open } from "../support/open.ts";
import { pageWith, render } from "../support/render.tsx";

test("a set lists the options and files that its restore needs, and selects what needs them", async () => {
  const page = pageWith(await open(fixtureBytes("../../public/samples/services-before.tar")));
  const container = await render(page, <Checks doc={page.doc} />);
  await act(async () => new Promise((resume) => setTimeout(resume, 200)));
  const lines = [...container.querySelectorAll("li")].map((line) => line.textContent ?? "");
  const established = lines.find((line) => line.startsWith("--tcp-established"));
  expect(established).toMatch(/pid \d+ fd \d+$/);
  expect(lines.some((line) => line.startsWith("file /") && /\d bytes/.test(line))).toBe(true);
  const link = [...container.querySelectorAll("li")]
    .find((line) => line.textContent === established)
    ?.querySelector("button");
  await act(async () => link?.click());
  const { selection } = page.shell.store.get();
  expect(selection?.to).toBe("descriptor");
  expect(link?.textContent).toContain(`fd ${page.doc.checkpoint.descriptors.fd[selection?.row ?? -1]}`);
});
