// Fills the details of open files, and the links between them, once a set has been decoded. Files with a path have most
// of theirs in columns already: only the others are read a second time.

import type { Checkpoint } from "../../../model/checkpoint.ts";
import { u32At } from "../../../model/read.ts";
import type { FileRow } from "../../../model/rows.ts";
import type { DetailsBuilder, LinksBuilder } from "../../builder/details.ts";
import { createKernelValues } from "../../builder/kernel-values.ts";
import { CONNECTION_KEYS, linkConnections, markDetailed } from "../../connections.ts";
import type { DecodeOptions, DetailFilter } from "../../source.ts";
import { addLocks } from "../handlers/locks.ts";
import type { SetContext } from "../walk/context.ts";
import type { DecodedSet } from "../walk/decoded-set.ts";
import { indexRows, type Links } from "../walk/rows.ts";
import { giveFiles, startAlikeKernel } from "./alike-kernel.ts";
import { groupByKernel, linkByKernel, orderByKernel } from "./alike-links.ts";
import { type GivenKernel, WANTED } from "./alike-runs.ts";
import { createDetailsReader } from "./details.ts";
import { readingFlags } from "./reading-flags.ts";
import { haveSameDetails } from "./same-details.ts";

/** Adds the details of files and their links to the checkpoint of a set. */
export async function collectDetails(set: DecodedSet, context: SetContext): Promise<Checkpoint> {
  const { builder, files, options } = context;
  const { links } = builder;
  const { checkpoint } = set;
  const { earlier } = options;
  if (earlier !== undefined && !context.stopped && (await haveSameDetails(set, files.detailed, earlier))) {
    const { checkpoint: known } = earlier;
    // The same but for the marks of files with details.
    checkpoint.files.has.set(known.files.has);
    return { ...checkpoint, fileDetails: known.fileDetails, links: known.links };
  }
  const flags = readingFlags(checkpoint, files, context.columnKernel);
  const { kernel, fileDetails } = detailsOf(set, context);
  const read = createDetailsReader(set, { fileDetails, links }, neededBy(options), flags, kernel);
  for (let file = 0; file < flags.length; ) {
    if (((flags[file] as number) & WANTED) === 0) {
      file++;
      continue;
    }
    const next = read(file);
    if (typeof next !== "number") options.signal?.throwIfAborted();
    file = typeof next === "number" ? next : await next;
  }
  addLocks(fileDetails, checkpoint, context.locks);
  if (kernel === null || !groupByKernel(kernel, links)) addGroups(links, "other-end", files.links.pipes);
  addGroups(links, "same-memory", files.links.memfds);
  addGroups(links, "same-process", files.links.endedProcesses);
  const filled = { ...checkpoint, fileDetails: fileDetails.finish() };
  if (kernel !== null && linkByKernel(kernel, filled, links, LOCAL, REMOTE)) {
    return { ...filled, links: links.finish((columns) => orderByKernel(kernel, filled, columns)) };
  }
  markDetailed(filled, filled.fileDetails.row);
  linkConnections(filled, links, LOCAL, REMOTE);
  const finished = links.finish();
  markDetailed(filled, finished.from);
  return { ...filled, links: finished };
}

/** With fewer files, compiling the kernel takes longer than it saves. */
const FEWEST_FOR_KERNEL = 500;

/** The details to fill, with the kernel that adds most of them; `null`: none does. */
function detailsOf(
  { checkpoint: { files }, epollTargets }: DecodedSet,
  { builder, files: { links }, options }: SetContext,
): { readonly kernel: GivenKernel | null; readonly fileDetails: DetailsBuilder } {
  const isWorthIt = options.kernels !== false && files.count >= FEWEST_FOR_KERNEL;
  const kernel = isWorthIt ? startAlikeKernel() : null;
  if (kernel === null || !giveFiles(kernel, { files, links, epollTargets })) {
    return { kernel: null, fileDetails: builder.fileDetails };
  }
  const { details, values } = builder.detailsWith((growth) => createKernelValues(kernel, growth));
  return { kernel: { kernel, values }, fileDetails: details };
}

/** The keys of the addresses of a connection. */
const [LOCAL, REMOTE] = ["source", "destination"] as const;

/** Details that links are made from. */
const FOR_LINKS: ReadonlySet<string> = new Set([LOCAL, REMOTE, ...CONNECTION_KEYS]);

/** The details that are read. */
function neededBy({ details }: DecodeOptions): DetailFilter {
  if (typeof details !== "function") return () => true;
  /** By key and kind of file. */
  const known = new Map<string, (ReturnType<DetailFilter> | undefined)[]>();
  return (key, kind) => {
    let ofKey = known.get(key);
    if (ofKey === undefined) {
      ofKey = [];
      known.set(key, ofKey);
    }
    let isNeeded = ofKey[kind];
    if (isNeeded === undefined) {
      isNeeded = FOR_LINKS.has(key) || details(key, kind);
      ofKey[kind] = isNeeded;
    }
    return isNeeded;
  };
}

/** Links the files with one key to each other. */
function addGroups(
  links: LinksBuilder,
  role: "other-end" | "same-memory" | "same-process",
  { keys, rows, count }: Links,
): void {
  const order = indexRows(keys, count).rows;
  for (let first = 0; first < order.length; ) {
    const key = keys[u32At(order, first)];
    let end = first + 1;
    while (end < order.length && keys[u32At(order, end)] === key) end++;
    if (end - first > 1) {
      links.startGroup();
      for (let at = first; at < end; at++) links.addMember(role, rows[u32At(order, at)] as FileRow);
    }
    first = end;
  }
}
