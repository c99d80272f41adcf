// A set that lacks a member, against the whole set: what is unknown in it is never said for sure to have gone, and
// nothing is made up for it.

import { describe, expect, test } from "vitest";
import { checkImage } from "../../app/checks/check.ts";
import type { Source } from "../../app/decoder/source.ts";
import type { Change } from "../../app/diff/changes.ts";
import { changesJson } from "../../app/diff/describe/describe.ts";
import { diff } from "../../app/diff/diff.ts";
import { readResources } from "../../app/resources/read.ts";
import { setSources } from "../support/criu.ts";
import { without } from "../support/edit-set.ts";
import { openSources } from "../support/resources.ts";

/** A set by its folder among the fixtures. */
const sourcesOf = (folder: string): Source[] => setSources(folder);

async function read(sources: readonly Source[]) {
  const image = await openSources(sources);
  return { image, resources: await readResources(image) };
}

/** The changes that are said for sure if the second image is that with the member missing, and if the first is. */
async function certainChanges(sources: readonly Source[], member: string): Promise<Change[]> {
  const [whole, part] = [await read(sources), await read(without(sources, member))];
  return [
    [whole, part],
    [part, whole],
  ].flatMap(([one, other]) => {
    if (one === undefined || other === undefined) return [];
    const resources = { before: one.resources, after: other.resources };
    const changes = changesJson(diff(one.image.checkpoint, other.image.checkpoint, { resources }));
    return changes.filter((change) => change.uncertain !== true);
  });
}

/** Members that nothing in a set refers to: without them, it is a set of tasks that have less. */
const UNNAMED = /^(seccomp|sk-queues|timens|ipcns-(msg|sem)|stats|irmap-cache|filelocks)/;
/** What System V segments are is in no member that is read for tasks and files. */
const SEGMENTS = /^ipcns-shm/;

const SETS = ["w1/before", "w4/before", "w7/before", "r1/before", "verdicts/gone", "verdicts/pty", "verdicts/mnt"];

describe.each(SETS)("%s", (folder) => {
  const sources = sourcesOf(folder);
  const members = sources.map(({ name }) => name).filter((name) => /\.img$/.test(name));
  test.each(members.filter((name) => !UNNAMED.test(name) && !SEGMENTS.test(name)))("without %s", async (member) => {
    const changes = await certainChanges(sources, member);
    expect(changes).toEqual([]);
  });
});

describe("a check of a set with an own network namespace", () => {
  const sources = sourcesOf("w7/before");
  const names = sources.map(({ name }) => name);

  test.each(["ifaddr-10.img", "route-10.img"])("reports that %s is missing", async (member) => {
    const raw = (name: string): Source => ({ ...(sources[0] as Source), name, size: 0 });
    const all = [...sources, ...["ifaddr-10.img", "route-10.img"].filter((name) => !names.includes(name)).map(raw)];
    const findingsOf = async (set: readonly Source[]) =>
      (await checkImage(await openSources(set), {})).findings.filter(({ message }) => message.startsWith(member));
    expect(await findingsOf(all)).toEqual([]);
    expect(await findingsOf(without(all, member))).toMatchObject([{ code: "member-missing", severity: "warning" }]);
  });
});
