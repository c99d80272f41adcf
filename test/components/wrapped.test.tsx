// @vitest-environment happy-dom
// Where texts break and where names are shortened.

import { expect, test } from "vitest";
import { Path } from "../../app/components/Path.tsx";
import { Wrapped } from "../../app/components/Wrapped.tsx";
import { fixtureBytes, open } from "../support/open.ts";
import { pageWith, render } from "../support/render.tsx";

const page = async () => pageWith(await open(fixtureBytes("linux-cr/v23-s1/before.ckpt")));

test.each([
  ["/var/log/app/server.log flags -O_APPEND", "/var/|log/|app/|server.log flags [-O_APPEND]"],
  ["tty:[pts/3] close-on-exec on", "tty:[pts/3] close-on-exec on"],
])("%s", async (text, expected) => {
  const container = await render(await page(), <Wrapped text={text} />);
  const parts = container.innerHTML
    .replaceAll("<wbr>", "|")
    .replaceAll(/<span class="unbroken">([^<]*)<[/]span>/g, "[$1]");
  expect(parts).toBe(expected);
});

test.each([
  ["/tmp/nginx/logs/error.log", "/error.log"],
  ["socket:[tcp 127.0.0.1:80->10.0.0.2:34730 established]", "->10.0.0.2:34730 established]"],
])("%s keeps its end", async (path, end) => {
  const container = await render(await page(), <Path path={path} />);
  expect(container.querySelector(".path-end")?.textContent).toBe(end);
  expect(container.textContent).toBe(path);
});
