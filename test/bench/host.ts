// Facts of a host for an image that names many files, and checking the image against them.

import { closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkImage } from "../../app/checks/check.ts";
import { indexFacts } from "../../app/checks/host/host.ts";
import { decodeCriuSet } from "../../app/decoder/criu/index.ts";
import { bytesSource, type Source } from "../../app/decoder/source.ts";
import { lookUpFiles } from "../../cli/facts/files.ts";
import { takeFacts } from "../../cli/facts/take.ts";
import { imageBytes, type Message } from "../support/criu-set.ts";
import { measure, print, used } from "./measure.ts";

const FILES = 10_000;
const IN_DIRECTORY = 100;
const SIZE = 64;

/** A set of one task with many open files, and those files. */
function manyFiles(folder: string): Source[] {
  const paths = Array.from({ length: FILES }, (_, at) => join(folder, `d${Math.floor(at / IN_DIRECTORY)}`, `f${at}`));
  for (let at = 0; at < FILES; at += IN_DIRECTORY) mkdirSync(join(folder, `d${at / IN_DIRECTORY}`));
  for (const path of paths) {
    const fd = openSync(path, "w", 0o640);
    ftruncateSync(fd, SIZE);
    closeSync(fd);
  }
  const owner: Message = [1, 2, 3, 4, 5].map((field) => [field, 0] as const);
  const files = paths.map(
    (path, at): Message => [
      [1, 1],
      [2, at + 1],
      [
        3,
        [
          [1, at + 1],
          [2, 2],
          [3, 0],
          [5, owner],
          [6, path],
          [8, SIZE],
          [10, 0o100640],
        ],
      ],
    ],
  );
  const descriptors = paths.map(
    (_, at): Message => [
      [1, at + 1],
      [2, 0],
      [3, 1],
      [4, at],
    ],
  );
  const ids: Message = [
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 4],
  ];
  const members: [string, Parameters<typeof imageBytes>[0], Iterable<Message>][] = [
    [
      "inventory.img",
      "INVENTORY",
      [
        [
          [1, 1],
          [2, 1],
        ],
      ],
    ],
    [
      "pstree.img",
      "PSTREE",
      [
        [
          [1, 100],
          [2, 0],
          [3, 100],
          [4, 100],
        ],
      ],
    ],
    [
      "core-100.img",
      "CORE",
      [
        [
          [1, 1],
          [
            3,
            [
              [1, 1],
              [2, 0],
              [3, 0],
              [4, 0],
              [5, 0],
              [6, "many"],
            ],
          ],
        ],
      ],
    ],
    ["ids-100.img", "IDS", [ids]],
    ["files.img", "FILES", files],
    ["fdinfo-2.img", "FDINFO", descriptors],
  ];
  return members.map(([name, magic, messages]) => bytesSource(name, imageBytes(magic, messages)));
}

export async function hostFacts(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ckptscope-bench-"));
  try {
    const set = manyFiles(folder);
    const image = await decodeCriuSet(set);
    const { demands } = await checkImage(image, { host: {} });
    const list = demands?.list ?? [];
    const paths = list.flatMap((demand) => (demand.kind === "file" ? [Buffer.from(demand.path)] : []));
    const request = {
      image: { name: "image", demands: list },
      root: null,
      checksums: false,
      leaveOut: new Set<never>(),
    };
    const facts = indexFacts(await takeFacts(request));
    const title = `${paths.length.toLocaleString("en")} paths`;
    await measure({
      title: `Facts of ${title}`,
      aim: 3,
      unit: "of processor time",
      baseline: {
        title: "stat of each",
        run: () => used(() => paths.map((path) => statSync(path, { bigint: true }))),
      },
      measured: {
        title: "what each leads to",
        run: () => used(() => lookUpFiles(list, { root: null, checksums: false, attributes: null, fifos: null })),
      },
    });
    await measure({
      title: `Decoding and checking a set with ${title}, as ckptscope check does`,
      aim: 1.5,
      unit: "of processor time",
      baseline: {
        title: "without facts",
        run: () => used(async () => checkImage(await decodeCriuSet(set))),
      },
      measured: {
        title: "with facts",
        run: () => used(async () => checkImage(await decodeCriuSet(set), { host: { facts } })),
      },
    });
    const start = performance.now();
    await takeFacts(request);
    print(`All facts of this machine for ${title}`, `${((performance.now() - start) / 1000).toFixed(2)} s, target 2 s`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
