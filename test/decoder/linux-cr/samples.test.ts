// Every sample image says what its expected.json says: tasks, tables, descriptors, sharing, paths, positions.

import { describe, expect, test } from "vitest";
import { recordLength, recordOffset } from "../../../app/model/records.ts";
import { fixtureJson, type ObjrefContents, type PlainContents } from "../../support/contents.ts";
import { SAMPLES } from "../../support/corpus.ts";
import { documentOf, fixtureBytes, open, type ShowDocument } from "../../support/open.ts";

const PAIRS = SAMPLES.filter(({ format, expected }) => format === "linux-cr" && expected.before !== undefined);

/** The parts of an expectation that not all of them have. */
interface Further {
  readonly tasks: readonly { readonly ppid?: number; readonly tgid?: number }[];
  readonly files: readonly { readonly details?: object }[];
}
type Contents = (PlainContents | ObjrefContents) & Further;

/** What a document says, in the shape of the expectations by objref. */
function decodedByObjref(document: ShowDocument) {
  return {
    tasks: document.tasks.map(({ pid, comm, fileTable }) => ({ pid, comm, table: fileTable })),
    tables: document.fileTables.map(({ id, fds }) => ({ id, fds })),
    files: document.files.map(({ id, kind, path, pos, flags, mode, version }) => ({
      id,
      kind,
      path,
      pos,
      flags,
      mode,
      version,
    })),
  };
}

function expectedByObjref(contents: ObjrefContents) {
  return {
    tasks: contents.tasks.map(({ pid, comm, filesObjref }) => ({ pid, comm, table: filesObjref })),
    tables: contents.fileTables.map(({ objref, fds }) => ({
      id: objref,
      fds: fds.map(({ fd, objref: file, closeOnExec }) => ({ fd, file, closeOnExec })),
    })),
    files: contents.files.map(({ objref, kind, path, f_pos, f_flags, f_mode, f_version }) => ({
      id: objref,
      kind,
      path,
      pos: f_pos,
      flags: f_flags,
      mode: f_mode,
      version: f_version,
    })),
  };
}

/** Expectations that number tables and files by place: the document's ids become places. */
function toldByPlace(document: ShowDocument) {
  const table = new Map(document.fileTables.map(({ id }, place) => [id, place]));
  const file = new Map(document.files.map(({ id }, place) => [id, place]));
  const { tasks, tables, files } = decodedByObjref(document);
  return {
    tasks: tasks.map((task) => ({ ...task, table: table.get(task.table ?? -1) })),
    tables: tables.map(({ fds }) => fds.map((slot) => ({ ...slot, file: file.get(slot.file ?? -1) }))),
    files: files.map(({ id, ...rest }) => rest),
  };
}

describe.each(PAIRS.map((sample) => [sample.name, sample] as const))("%s", (name, { sides, expected }) => {
  test.each(sides)("%s holds what is expected, without a problem", async (side) => {
    const image = await open(fixtureBytes(`linux-cr/${name}/${side}.ckpt`));
    const document = await documentOf(image);
    const contents = expected[side] as Contents;
    expect(document.problems).toEqual([]);
    expect(document.complete).toBe(true);
    expect(document.dialect).toBe(name.startsWith("v23") ? "v23-rc2" : "seed");
    if ("fileTables" in contents) {
      expect(decodedByObjref(document)).toEqual(expectedByObjref(contents));
      const further: Further = contents;
      further.tasks.forEach(({ ppid, tgid }, row) => {
        if (ppid !== undefined) expect(document.tasks[row]).toMatchObject({ ppid, tgid });
      });
      further.files.forEach(({ details }, row) => {
        expect(document.files[row]?.details).toMatchObject(details ?? {});
      });
    } else {
      const { tasks, tables, files } = contents;
      expect(toldByPlace(document)).toEqual({
        tasks: tasks.map(({ pid, comm, table }) => ({ pid, comm, table })),
        tables,
        files,
      });
    }
  });

  test("has its records end to end, with every byte in exactly one", async () => {
    const { checkpoint } = await open(fixtureBytes(`linux-cr/${name}/before.ckpt`));
    const { records, members } = checkpoint;
    let end = 0;
    for (let row = 0; row < records.count; row++) {
      expect(recordOffset(records, row)).toBe(end);
      end += recordLength(records, row);
    }
    expect(end).toBe(members[0]?.size);
  });
});

describe("seed-error", () => {
  test("gives the error's text, both tasks and the descriptors before it", async () => {
    const expected = fixtureJson<{ error: string; tasks: number; "readable fds": number[][] }>(
      "linux-cr/seed-error/expected.json",
    );
    const document = await documentOf(await open(fixtureBytes("linux-cr/seed-error/before.ckpt")));
    expect(document.complete).toBe(false);
    expect(document.tasks).toHaveLength(expected.tasks);
    expect(document.problems[0]?.message).toContain(expected.error);
    const fds = document.tasks.map((task) =>
      document.fileTables.find(({ id }) => id === task.fileTable)?.fds.map(({ fd }) => fd),
    );
    expect(fds).toEqual(expected["readable fds"]);
  });
});

test("a task has its executable, directories, umask and supplementary groups", async () => {
  const document = await documentOf(await open(fixtureBytes("linux-cr/v23-s1/before.ckpt")));
  const { path } = document.files.find(({ kind, id }) => kind === "generic" && id === 17) ?? {};
  expect(path).toBe("/usr/sbin/server");
  expect(document.tasks).toMatchObject([
    { exe: 17, cwdPath: "/", rootPath: "/", details: { umask: 0o22, groups: [0, 10, 100] } },
  ]);
});
