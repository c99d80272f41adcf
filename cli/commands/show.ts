// ckptscope show IMAGE

import type { Image } from "../../app/decoder/image.ts";
import type { DetailFilter } from "../../app/decoder/source.ts";
import { type Chosen, choose, rangeWithoutTask } from "../../app/export/choose.ts";
import { isFactKey } from "../../app/export/detail-facts.ts";
import { alignedLines, tabbedLines } from "../../app/export/lines/lines.ts";
import type { SHOW } from "../arguments/commands.ts";
import { parseRanges, rangeText } from "../arguments/ranges.ts";
import type { ArgumentsOf } from "../arguments/spec.ts";
import { CliError } from "../error.ts";
import { type OpenedImage, openOne } from "../images.ts";
import { type Io, inChunks } from "../io.ts";
import { showText } from "./show-text.ts";

type ShowOptions = ArgumentsOf<typeof SHOW>["options"];

export async function run({ operands: [path = ""], options }: ArgumentsOf<typeof SHOW>, io: Io): Promise<number> {
  const opened = await openOne(path, io, options, { details: await shownDetails(options) });
  try {
    for (const chunk of await output(opened, options, io)) {
      const printed = typeof chunk === "string" ? io.print(chunk) : io.printBytes(chunk);
      if (!(await printed)) break;
    }
  } finally {
    opened.input.close();
  }
  return hasError(opened.image) ? 1 : 0;
}

// What few options need is loaded when it is used.
const loadResources = () => import("./show-resources.ts");
const loadStarted = () => import("./started.ts");
const loadDocument = () => import("../../app/export/json/show-json.ts");

/** The details of open files that are printed. */
async function shownDetails({ json, resources }: ShowOptions): Promise<boolean | DetailFilter> {
  if (json) return true;
  return resources === undefined ? isFactKey : (await loadResources()).needDetails(resources);
}

async function output(
  { image, input }: OpenedImage,
  options: ShowOptions,
  io: Io,
): Promise<Iterable<string | Uint8Array>> {
  const { checkpoint } = image;
  const chosen = chosenBy(image, options);
  const { cmdline, environ, auxv, resources: names } = options;
  const started = cmdline || environ || auxv ? await (await loadStarted()).startedBy(image, options) : null;
  const resources = names === undefined ? null : await (await loadResources()).readResources(image, names);
  if (options.json) {
    const shown = {
      checkpoint,
      ...(resources && { resources }),
      ...(started && { taskKeys: started.map(({ keys }) => keys) }),
    };
    const { showDocument } = await loadDocument();
    return showDocument(shown, { name: input.name, bytes: input.bytes }, chosen);
  }
  if (resources !== null) {
    const { resourceText } = await loadResources();
    return inChunks(resourceText(Object.values(resources), options.tsv, chosen));
  }
  if (options.tsv) return tabbedLines(checkpoint, chosen);
  if (options.lines) return alignedLines(checkpoint, chosen);
  return showText(checkpoint, input.name, {
    colour: io.colour,
    chosen,
    ...(started && { taskLines: started.map(({ lines }) => lines) }),
  });
}

/** The rows that the options ask for; `null`: all. @throws CliError for a pid that the image does not have. */
function chosenBy({ checkpoint }: Image, { pid, kind, path, fd }: ShowOptions): Chosen | null {
  const pids = pid === undefined ? undefined : parseRanges("--pid", pid);
  const missing = pids === undefined ? null : rangeWithoutTask(checkpoint.tasks, pids);
  if (missing !== null) throw new CliError(`--pid: the image has no task ${rangeText(missing)}`);
  return choose(checkpoint, {
    ...(pids && { pids }),
    ...(kind && { kinds: kind }),
    ...(path !== undefined && { path }),
    ...(fd !== undefined && { fds: parseRanges("--fd", fd) }),
  });
}

const hasError = ({ checkpoint }: Image): boolean =>
  checkpoint.problems.some((problem) => problem.severity === "error");
