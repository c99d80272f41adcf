import { describe, expect, test } from "vitest";
import { shortened } from "../../app/graph/scene/text/shorten.ts";

describe("a shortened name", () => {
  test.each([
    ["/var/log/nginx/error.log", 24, "/var/log/nginx/error.log"],
    ["/var/log/nginx/error.log", 20, "/var/log/…/error.log"],
    ["/var/log/nginx/error.log", 12, "…/error.log"],
    ["/var/log/nginx/error.log", 10, "error.log"],
    ["/var/log/nginx/error.log", 8, "err….log"],
    ["/srv/cache/segment-5014.bin", 12, "segm…014.bin"],
    ["/begin-end", 7, "/b…-end"],
    ["appendonly.1.aof (deleted)", 24, "appen…ly.1.aof (deleted)"],
    ["/srv/db/appendonly.1.aof (deleted)", 29, "…/appendonly.1.aof (deleted)"],
    ["/srv/db/appendonly.1.aof (deleted)", 22, "appe…y.1.aof (deleted)"],
    ["/srv/db/appendonly.1.aof (deleted)", 20, "appendo…of (deleted)"],
    ["pipe:[230712]", 9, "pip…0712]"],
    ["/srv/", 4, "/…v/"],
  ])("%s in %i characters keeps the last part of a path", (name, most, text) => {
    expect(shortened(name, most)).toBe(text);
    expect([...text].length).toBeLessThanOrEqual(most);
  });

  test.each([
    ["socket:[tcp 127.0.0.1:28411 listen]", 26, "tcp 127.0.0.1:28411 listen"],
    ["socket:[tcp 127.0.0.1:28411 listen]", 20, "tcp …:28411 listen"],
    ["socket:[tcp [::1]:28411 listen]", 12, "tcp …:28411"],
    ["tcp 127.0.0.1:28411 listen", 8, "…:28411"],
    ["socket:[tcp 10.0.0.1:80->10.0.0.2:34730 established]", 30, "tcp …:80->10.0.0.2:34730"],
    ["socket:[tcp 10.0.0.1:80->10.0.0.2:34730 established]", 22, "tcp …:80->…:34730"],
    ["socket:[tcp 10.0.0.1:80->10.0.0.2:34730 established]", 14, "…:80->…:34730"],
    ["socket:[tcp 10.0.0.1:80->10.0.0.2:34730 established]", 12, "to …:34730"],
    ["socket:[unix stream /run/redis.sock]", 18, "unix …/redis.sock"],
    ["socket:[unix stream 230719]", 13, "unix 230719"],
    ["socket:[unix stream]", 9, "unix"],
    ["socket:[tcp 10.0.0.1:80->10.0.0.2:34730 established]", 7, "…:34730"],
    ["socket:[tcp 10.0.0.1:80->10.0.0.2:34730 established]", 6, ":34730"],
    ["tcp 127.0.0.1:28411 listen", 6, ":28411"],
    ["socket:[unix stream /run/redis.sock listen]", 24, "unix …/redis.sock listen"],
    ["socket:[unix stream /run/redis.sock listen]", 18, "unix …/redis.sock"],
    ["socket:[unix stream /run/redis.sock listen]", 13, "…/redis.sock"],
    ["socket:[unix stream /run/redis.sock listen]", 11, "redis.sock"],
    ["socket:[unix stream /run/redis.sock listen]", 8, "red…sock"],
    ["socket:[unix stream listen.sock listen]", 16, "unix listen.sock"],
    ["socket:[unix stream /run/a->/run/b]", 9, "unix …/b"],
    ["socket:[unix stream listen]", 11, "unix listen"],
    ["socket:[unix stream to 412 fd 5]", 24, "unix stream to 412 fd 5"],
    ["socket:[unix stream to 412 fd 5]", 16, "unix to 412 fd 5"],
    ["socket:[unix stream to 412 fd 5]", 11, "to 412 fd 5"],
    ["socket:[unix stream to 412 fd 5]", 9, "…fd 5"],
  ])("%s in %i characters keeps its ports and the other end", (name, most, text) => {
    expect(shortened(name, most)).toBe(text);
  });

  test.each([
    ["/var/log/error.log → /var/log/access.log", 24, "error.log → access.log"],
    ["/var/log/error.log → /var/log/access.log", 16, "→ …/access.log"],
    ["/var/log/error.log → /var/log/access.log", 12, "→ access.log"],
    ["/srv/db/append.1.aof → /srv/db/append.1.aof (deleted)", 26, "→ …/append.1.aof (deleted)"],
    ["socket:[unix stream] → eventfd", 22, "unix stream → eventfd"],
  ])("%s in %i characters keeps what it changed to", (name, most, text) => {
    expect(shortened(name, most)).toBe(text);
  });
});

describe("a name shortened to any length", () => {
  const NAMES = [
    "/var/log/nginx/error.log",
    "/a-name-in-the-root-directory",
    "pipe:[230712]",
    "socket:[tcp 127.0.0.1:28411 listen]",
    "socket:[tcp 10.0.0.1:80->10.0.0.2:34730 established]",
    "socket:[unix stream /run/redis.sock listen]",
    "socket:[unix stream listen.sock listen]",
    "socket:[unix stream 230719]",
    "socket:[netlink route 4242]",
    "/var/log/error.log → socket:[unix stream /run/redis.sock listen]",
  ];

  test.each(NAMES)("%s has one “…” for each cut", (name) => {
    for (let most = 5; most <= name.length; most++) {
      const text = shortened(name, most);
      expect([...text].length).toBeLessThanOrEqual(most);
      expect(text).not.toMatch(/…\W?…/u);
    }
  });

  test.each(NAMES.filter((name) => /:\d/.test(name)))("%s keeps its last port whole", (name) => {
    const port = /.*:(\d+)/.exec(name)?.[1] as string;
    for (let most = port.length + 1; most <= name.length; most++) expect(shortened(name, most)).toContain(port);
  });
});
