// @vitest-environment happy-dom
// Parts of the page that are rendered one after another.

import { Profiler } from "react";
import { expect, test } from "vitest";
import { Later } from "../../app/components/Later.tsx";
import { fixtureBytes, open } from "../support/open.ts";
import { pageWith, render } from "../support/render.tsx";

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
