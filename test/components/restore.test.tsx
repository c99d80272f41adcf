// @vitest-environment happy-dom
// The restore view: what CRIU would refuse on a host, grouped by what to do about it.

import { act } from "react";
import { expect, test } from "vitest";
import { checkImage, RULES } from "../../app/checks/check.ts";
import type { Finding } from "../../app/checks/finding.ts";
import type { HostFacts } from "../../app/checks/host/facts.ts";
import { indexFacts } from "../../app/checks/host/host.ts";
import { HostFindings } from "../../app/components/Restore/HostFindings.tsx";
import { InImage } from "../../app/components/Restore/Restore.tsx";
import { decodeCriuSet } from "../../app/decoder/criu/index.ts";
import type { RestoreResponse } from "../../app/worker/protocol.ts";
import { setSources } from "../support/criu.ts";
import { otherHost } from "../support/host-facts.ts";
import { pageWith, render } from "../support/render.tsx";

async function shown(facts: HostFacts): Promise<HTMLElement> {
  const image = await decodeCriuSet(setSources("verdicts/files"));
  const { host } = await checkImage(image, { host: { facts: indexFacts(facts) } });
  if (host === undefined) throw new Error("no report about the host");
  const rules = Object.fromEntries(
    RULES.filter(({ step, format }) => step === "host" && format === "criu").map((rule) => [rule.code, rule]),
  );
  const response: RestoreResponse = {
    ...host,
    rows: [],
    rules,
    options: [],
    command: "",
    inImage: { count: 0, errors: 0, some: [] },
  };
  const page = pageWith(image);
  return render(page, <HostFindings checkpoint={page.doc.checkpoint} response={response} />);
}

const textsOf = (container: HTMLElement, selector: string): string[] =>
  [...container.querySelectorAll(selector)].map(({ textContent }) => textContent ?? "");

test("each rule is shown once, with the remedy before its findings", async () => {
  const missing = otherHost().files?.map((file) => ({ path: file.path, type: "missing" })) ?? [];
  const container = await shown({ ...otherHost(), files: missing });
  const groups = textsOf(container, ".restore-group").filter((text) => text.includes("host-file-missing"));
  expect(groups).toHaveLength(1);
  expect(groups[0]).toMatch(
    /^✕ refused A path that the restore opens does not exist host-file-missingWhat to do: Copy/,
  );
  expect(groups[0]?.match(/ does not exist \(/g)).toHaveLength(missing.length);
  expect(groups[0]?.match(/What to do:/g)).toHaveLength(1);
  expect(groups[0]).toMatch(/exists → missing pid 4717/);
});

test("refusals come before what differs, and notes last", async () => {
  const container = await shown({
    ...otherHost(),
    limits: [{ resource: "RLIMIT_NOFILE", soft: "1024", hard: "1024" }],
  });
  const verdicts = textsOf(container, "h2 .restore-verdict");
  const order = ["✕ refused", "≠ different", "· note"];
  expect(new Set(verdicts)).toEqual(new Set(order));
  expect(verdicts).toEqual(verdicts.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)));
});

test("findings in the image itself are named, and lead to their records and to the list of all", async () => {
  const image = await decodeCriuSet(setSources("verdicts/files"));
  const page = pageWith(image);
  const { checkpoint } = page.doc;
  const finding = (message: string): Finding => ({
    code: "host-file-missing",
    severity: "warning",
    message,
    errno: null,
    record: 0,
    field: null,
    offset: 4,
  });
  const inImage = { count: 7, errors: 0, some: [finding("One."), finding("Another.")] };
  const rules = { "host-file-missing": { title: "A title", remedy: "" } };
  const container = await render(page, <InImage checkpoint={checkpoint} response={{ inImage, rules }} />);
  expect(checkpoint.problems).toEqual([]);
  expect(container.textContent).toContain("The image was decoded without problems, but its checks report 7 findings:");
  expect(textsOf(container, "li")).toEqual([
    expect.stringMatching(/^host-file-missing warning A title: at 4 One\./),
    expect.stringMatching(/^host-file-missing warning A title: at 4 Another\./),
    "and 5 more",
  ]);
  await act(async () => container.querySelector<HTMLElement>("li button")?.click());
  expect(page.shell.store.get().bytes).not.toBeNull();
  await act(async () => [...container.querySelectorAll("button")].at(-1)?.click());
  expect(page.shell.store.get().tab).toBe("problems");
});
