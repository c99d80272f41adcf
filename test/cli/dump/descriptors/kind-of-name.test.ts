// Kinds of open files by their names in /proc.

import { expect, test } from "vitest";
import { kindOfName } from "../../../../cli/dump/descriptors/descriptors.ts";

test.each([
  ["/secretmem (deleted)", "generic"],
  ["/dmabuf:", "generic"],
  ["/dmabuf:camera", "generic"],
  ["/memfd:cache (deleted)", "memfd"],
  ["anon_inode:[eventpoll]", "epoll"],
  ["anon_inode:[io_uring]", "generic"],
  ["pipe:[12]", "pipe"],
  // Paths.
  ["/secretmem", null],
  ["/srv/secretmem (deleted)", null],
  ["/dmabuf", null],
])("%s is of kind %s", (name, kind) => {
  expect(kindOfName(name)).toBe(kind);
});
