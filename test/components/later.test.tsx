// @vitest-environment happy-dom
// Parts of the page that are rendered one after another.

import { Profiler } from "react";
import { expect, test, vi } from "vitest";
import { Later } from "../../app/components/Later.tsx";
import { Workspace } from "../../app/components/Workspace/Workspace.tsx";
import { fixtureBytes, open } from "../support/open.ts";
import { pageWith, render, withHeight } from "../support/render.tsx";

test("each turn is a commit of its own, in order, after what is around it", async () => {
  const commits: (string | null)[] = [];
  const record = () => commits.push(document.body.textContent);
  await render(
    pageWith(await open(fixtureBytes("linux-cr/v23-s1/before.ckpt"))),
    <Profiler id="page" onRender={record}>
      around
      <Later turn={2}> second</Later>
      <Later turn={1}> first</Later>
    </Profiler>,
  );
  expect([...new Set(commits)]).toEqual(["around", "around first", "around second first"]);
});

test("the drawing is made before the other panels are rendered, and in a commit of its own", async () => {
  withHeight(800);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(800);
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
  const page = pageWith(await open(fixtureBytes("linux-cr/v23-s1/before.ckpt")));
  const parts = {
    canvas: ".drawing canvas",
    scene: ".drawing-tree",
    left: "#tree",
    tables: "#grid",
    aside: "#inspector",
  };
  const commits: string[] = [];
  const record = () => {
    const there = Object.entries(parts).filter(([, selector]) => document.querySelector(selector) !== null);
    commits.push(there.map(([part]) => part).join(" "));
  };
  await render(
    page,
    <Profiler id="page" onRender={record}>
      <Workspace doc={page.doc} />
    </Profiler>,
  );
  expect([...new Set(commits)]).toEqual([
    "",
    "canvas",
    "canvas scene",
    "canvas scene left",
    "canvas scene left tables",
    "canvas scene left tables aside",
  ]);
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});
