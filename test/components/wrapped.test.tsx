// @vitest-environment happy-dom
// Where texts break and where names are shortened.

import { expect, test } from "vitest";
import { Path } from "../../app/components/Path.tsx";
import { Wrapped } from "../../app/components/Wrapped.tsx";
import { fixtureBytes, open } from "../support/open.ts";
import { pageWith, render } from "../support/render.tsx";

const page = async () => pageWith(await open(fixtureBytes("linux-cr/v23-s1/before.ckpt")));

test.each([
  ["/var/log/app/server.log flags -O_APPEND", "[/v]ar/|log/|app/|server.log flags [-O_APPEND]"],
  ["tty:[pts/3] close-on-exec on", "tty:[pts/3] [close-on-exec] on"],
  ["task 31493 w4-parent, exec", "task 31493 [w4-parent], exec"],
  ["with --unprivileged or --tcp-established", "with --unprivileged or [--tcp-established]"],
  ["a-name-that-is-far-too-long-for-a-line", "a-name-that-is-far-too-long-for-a-line"],
  ["3 files (/tmp/w4/fifo, eventfd)", "3 files ([/t]mp/w4/|fifo, eventfd)"],
  ["pid 412 fd 50, task 3", "[pid 412] [fd 50], task 3"],
  ["socket:[tcp 127.0.0.1:26379->[::1]:541 established]", "socket:[tcp 127.0.0.1:|26379|[->][::1]:|541 established]"],
])("%s", async (text, expected) => {
  const container = await render(await page(), <Wrapped text={text} />);
  const parts = container.innerHTML
    .replaceAll("<wbr>", "|")
    .replaceAll("&gt;", ">")
    .replaceAll(/<span class="unbroken">([^<]*)<[/]span>/g, "[$1]");
  expect(parts).toBe(expected);
});

test.each([
  ["/tmp/nginx/logs/error.log", null, "/tmp/nginx/logs/error.log"],
  ["/tmp/nginx/logs/error.log", 25, "/tmp/nginx/logs/error.log"],
  ["/tmp/nginx/logs/error.log", 20, "/tmp/ngin…/error.log"],
  ["/tmp/nginx/logs/error.log", 9, "error.log"],
  ["/tmp/a-name-longer-than-its-column.incr.aof", 20, "a-name-…umn.incr.aof"],
  ["socket:[tcp 127.0.0.1:80->10.0.0.2:34730 established]", 22, "tcp …:80->…:34730"],
])("%s with room for %s characters is shortened once", async (path, room, shown) => {
  const container = await render(await page(), <Path path={path} room={room} />);
  expect(container.textContent).toBe(shown);
});
