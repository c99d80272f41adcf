// The table of sockets: which of several details a column is read from, and namespaces in unusual entries.

import { expect, test } from "vitest";
import { bytesSource, type Source } from "../../app/decoder/source.ts";
import { FOWN, imageBytes, inventoryAndTree, type Message } from "../support/criu-set.ts";
import { entries, openSources } from "../support/resources.ts";

const unix = (...further: Message): Message => [
  [1, 1],
  [2, 70],
  [3, 1],
  [4, 7],
  [5, 2],
  [6, 0],
  [7, 0],
  [8, 0],
  [9, FOWN],
  [10, []],
  [11, ""],
  ...further,
];

/** A set with one task, whose descriptor 5 is the socket in a `file_entry`. */
function setWith(socket: readonly (readonly [number, Message])[], cut = 0): Source[] {
  const { members } = inventoryAndTree(1);
  const fields: Message = [[1, 5], [2, 1], ...socket];
  const descriptor: Message = [
    [1, 1],
    [2, 0],
    [3, 5],
    [4, 5],
  ];
  const files = imageBytes("FILES", [fields]);
  members.push(["ids-1000.img", imageBytes("IDS", [[1, 2, 3, 4].map((at) => [at, 1] as const)])]);
  members.push(["fdinfo-1.img", imageBytes("FDINFO", [descriptor])]);
  members.push(["files.img", files.subarray(0, files.length - cut)]);
  return members.map(([name, bytes]) => bytesSource(name, bytes));
}

async function socketOf(set: readonly Source[]) {
  const [socket, ...others] = await entries(await openSources(set), "sockets");
  expect(others).toEqual([]);
  return socket;
}

test("the occurrences of a socket's message are one message", async () => {
  const set = setWith([
    [16, unix([16, 10])],
    [16, [[7, 1]]],
  ]);
  expect(await socketOf(set)).toMatchObject({ fd: 5, family: "unix", namespace: 10 });
  const later = setWith([
    [16, unix([16, 10])],
    [16, [[16, 11]]],
  ]);
  expect(await socketOf(later)).toMatchObject({ namespace: 11 });
});

test("a socket without a namespace has none", async () => {
  expect(await socketOf(setWith([[16, unix()]]))).toMatchObject({ namespace: null });
});

test("a socket whose entry is cut off has the namespace that precedes the cut", async () => {
  const set = setWith([[16, unix([16, 10], [17, 200_000_000])]], 2);
  expect(await socketOf(set)).toMatchObject({ fd: 5, namespace: 10 });
});

test("a path has no NUL at its end, as in the names of open files", async () => {
  const named = setWith([[16, [...unix().filter(([field]) => field !== 11), [11, "/run/bus\0"]]]]);
  expect(await socketOf(named)).toMatchObject({ local: "/run/bus" });
});

test("an abstract name begins with @", async () => {
  const named = setWith([[16, [...unix().filter(([field]) => field !== 11), [11, "\0bus"]]]]);
  expect(await socketOf(named)).toMatchObject({ local: "@bus", remote: null, peer: null, file: 1 });
});
