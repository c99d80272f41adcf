// @vitest-environment happy-dom
// The checks: what a restore needs beyond the image, with links to what needs it.

import { act } from "react";
import { expect, test } from "vitest";
import { Checks } from "../../app/components/Checks/Checks.tsx";
import { fixtureBytes, open } from "../support/open.ts";
import { found, pageWith, render } from "../support/render.tsx";

test("a set lists the options and files that its restore needs, and selects what needs them", async () => {
  const page = pageWith(await open(fixtureBytes("../../public/samples/services-before.tar")));
  const container = await render(page, <Checks doc={page.doc} />);
  const line = (start: string): HTMLElement | undefined =>
    [...container.querySelectorAll("li")].find(({ textContent }) => textContent.startsWith(start));
  const established = await found(() => line("--tcp-established"));
  expect(established.textContent).toMatch(/pid \d+ fd \d+$/);
  expect(line("file /")?.textContent).toMatch(/\d bytes/);
  const link = established.querySelector("button");
  await act(async () => link?.click());
  const { selection } = page.shell.store.get();
  expect(selection?.to).toBe("descriptor");
  expect(link?.textContent).toContain(`fd ${page.doc.checkpoint.descriptors.fd[selection?.row ?? -1]}`);
});
