// The page with images of a million descriptors, in many tables and in one: the longest task on its main thread in each
// phase. Needs a build (`npm run build`).

import { encode } from "../../app/encoder/encode.ts";
import { type BigImage, bigDescription, bigImage } from "../support/images.ts";
import { print } from "./measure.ts";
import { manyHolders, oneImage, twoImages } from "./page-phases.ts";
import { type Bench, type Longest, withPage } from "./page-tasks.ts";

/** Target for the longest task of the main thread, in milliseconds. */
const AIM = 50;

const SMALL: BigImage = { tasks: 4, descriptorsPerTask: 250, dialect: "seed" };
const LARGE: readonly BigImage[] = [
  { tasks: 1000, descriptorsPerTask: 1000, dialect: "seed" },
  { tasks: 1, descriptorsPerTask: 1_000_000, dialect: "seed" },
];

const shape = ({ tasks, descriptorsPerTask }: BigImage): string => `${tasks} × ${descriptorsPerTask}`;
const text = ({ clock, processor }: Longest): string => `${clock} ms, ${processor} ms of processor time`;

/** The longest task of each phase, for large images and for small ones, which show the machine's own share. */
export async function comparePage(): Promise<void> {
  const hasPage = await withPage(async (bench) => {
    const small = await measured(bench, SMALL);
    for (const options of LARGE) {
      let worst: readonly [phase: string, longest: Longest] = ["", { clock: 0, processor: 0 }];
      for (const [phase, longest] of await measured(bench, options)) {
        const alone = small.get(phase);
        print(
          `The page, ${shape(options)} descriptors: ${phase}`,
          `longest task ${text(longest)}, target ${AIM} ms${alone ? `; with ${shape(SMALL)}: ${text(alone)}` : ""}`,
        );
        if (longest.processor > worst[1].processor) worst = [phase, longest];
      }
      print(`The page, ${shape(options)} descriptors: the longest task of all`, `${text(worst[1])}: ${worst[0]}`);
    }
    const path = bench.write("holders.ckpt", oneFileHeldByAll());
    for (const [phase, longest] of await bench.longest(manyHolders(path))) {
      print(`The page, an open file with a million holders: ${phase}`, `longest task ${text(longest)}`);
    }
  });
  if (!hasPage) print("The page", "not measured: npm run build first");
}

/** An image of one task with a million descriptors of one open file. */
function oneFileHeldByAll(): Generator<Uint8Array, number> {
  const one = bigDescription({ tasks: 1, descriptorsPerTask: 1, sharedEvery: 0 });
  const fds = { length: 1_000_000, at: (fd: number) => ({ fd, file: 1, closeOnExec: false }) };
  return encode({ ...one, fileTables: { length: 1, at: () => ({ id: 1, fds }) } }, { dialect: "seed" });
}

/** One image and two of a shape. */
async function measured(bench: Bench, options: BigImage): Promise<Map<string, Longest>> {
  const before = bench.write(`a-before-${shape(options)}.ckpt`, bigImage(options));
  const after = bench.write(`b-after-${shape(options)}.ckpt`, bigImage({ ...options, moved: 4096, movedEvery: 90 }));
  const found = new Map<string, Longest>();
  const add = (what: string, phases: ReadonlyMap<string, Longest>): void => {
    for (const [phase, longest] of phases) found.set(`${what} ${phase}`, longest);
  };
  add("one image", await bench.longest(oneImage(before, options.tasks * options.descriptorsPerTask)));
  add("two images", await bench.longest(twoImages([before, after])));
  return found;
}
