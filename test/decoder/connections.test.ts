// The two ends of a connection within an image are linked, and no others.

import { expect, test } from "vitest";
import { decodeCriuSet } from "../../app/decoder/criu/index.ts";
import { bytesSource } from "../../app/decoder/source.ts";
import { LINK_ROLES } from "../../app/model/links.ts";
import { imageBytes, inventoryAndTree, type Message } from "../support/criu-set.ts";

const [ESTABLISHED, LISTEN] = [1, 10];

/** A TCP socket of 127.0.0.1 with a local and a remote port. */
const socket = (id: number, local: number, remote: number, state = ESTABLISHED): Message => [
  [1, 4],
  [2, id],
  [
    4,
    [
      [1, id],
      [2, id],
      [3, 2],
      [4, 1],
      [5, 6],
      [6, state],
      [7, local],
      [8, remote],
      [9, 2],
      [10, 0],
      [11, 0x0100_007f],
      [12, 0x0100_007f],
    ],
  ],
];

/** The rows of sockets that are linked to each other, in pairs. */
async function linked(sockets: readonly Message[]): Promise<[number, number][]> {
  const members = [...inventoryAndTree(1).members, ["files.img", imageBytes("FILES", sockets)] as const];
  const { checkpoint } = await decodeCriuSet(members.map(([name, bytes]) => bytesSource(name, bytes)));
  const { links } = checkpoint;
  return Array.from({ length: links.count }, (_, at) => at)
    .filter((at) => LINK_ROLES[links.role[at] as number] === "peer")
    .map((at) => [links.from[at] as number, links.to[at] as number]);
}

test("both ends of a connection", async () => {
  expect(await linked([socket(1, 80, 1000), socket(2, 1000, 80)])).toEqual([
    [0, 1],
    [1, 0],
  ]);
});

test("not sockets whose addresses belong to different connections", async () => {
  // Every port is a local and a remote one.
  const ring = [socket(1, 80, 1000), socket(2, 1000, 2000), socket(3, 2000, 80)];
  expect(await linked(ring)).toEqual([]);
});

test("not a socket with itself, with a listening one, or with one outside the image", async () => {
  expect(await linked([socket(1, 80, 80), socket(2, 90, 1000), socket(3, 1000, 90, LISTEN)])).toEqual([]);
  expect(await linked([socket(1, 80, 1000), socket(2, 80, 1001)])).toEqual([]);
});

test("the last of several sockets with the same addresses is the other end", async () => {
  expect(await linked([socket(1, 80, 1000), socket(2, 80, 1000), socket(3, 1000, 80)])).toEqual([
    [0, 2],
    [1, 2],
    [2, 1],
  ]);
});
