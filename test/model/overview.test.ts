// The overview of one image: what is ranked, counted and taken for a possible leak.

import { describe, expect, test } from "vitest";
import { FILE_KINDS } from "../../app/model/names/names.ts";
import { overviewOf } from "../../app/model/overview.ts";
import { fileName } from "../../app/model/text/words.ts";
import { checkpointOf, type State } from "../support/state.ts";

const leak = (count: number, path: string, kind: "regular" | "eventfd" = "regular"): State => ({
  tasks: [
    { pid: 7, comm: "a", table: 0 },
    { pid: 8, comm: "b", table: 1 },
  ],
  tables: [
    [{ fd: 0, file: 0 }, ...Array.from({ length: count }, (_, at) => ({ fd: 10 + at, file: 1 + at }))],
    [
      { fd: 0, file: 0 },
      { fd: 3, file: 0, closeOnExec: true },
    ],
  ],
  files: [
    { kind: "tty", path: "/dev/pts/0", pos: 0n },
    ...Array.from({ length: count }, () => ({
      kind,
      path: kind === "eventfd" ? "eventfd" : path,
      ...(kind === "eventfd" && { stable: 7 }),
    })),
  ],
});

test("shared files are ranked by holders, and those of several tables counted", () => {
  const checkpoint = checkpointOf(leak(2, "/x"));
  const { shared, acrossTables, sharedTables } = overviewOf(checkpoint);
  expect([...shared.rows].map((file) => fileName(checkpoint, file))).toEqual(["/dev/pts/0"]);
  expect([...shared.numbers]).toEqual([3]);
  expect(acrossTables).toBe(1);
  expect(sharedTables.total).toBe(0);
});

test("a path that one table opened eight times may leak, seven times not; paths of two tables are not added up", () => {
  expect(overviewOf(checkpointOf(leak(7, "/tmp/x"))).repeated).toEqual([]);
  const checkpoint = checkpointOf(leak(8, "/tmp/x"));
  const [found, ...others] = overviewOf(checkpoint).repeated;
  expect(others).toEqual([]);
  expect(found).toMatchObject({ table: 0, by: "path", count: 8 });
  expect(fileName(checkpoint, found?.file ?? -1)).toBe("/tmp/x");
});

test("files without a path are counted by kind, and may leak from 32 on", () => {
  expect(overviewOf(checkpointOf(leak(31, "", "eventfd"))).repeatedTotal).toBe(0);
  expect(overviewOf(checkpointOf(leak(32, "", "eventfd"))).repeated).toMatchObject([{ by: "kind", count: 32 }]);
});

describe("sockets that may leak", () => {
  type Details = NonNullable<State["files"][number]["details"]>;
  const sockets = (count: number, details: (at: number) => Details) =>
    overviewOf(
      checkpointOf({
        tasks: [{ pid: 7, comm: "a", table: 0 }],
        tables: [Array.from({ length: count }, (_, at) => ({ fd: at, file: at }))],
        files: Array.from({ length: count }, (_, at) => ({
          kind: "socket" as const,
          path: `socket:[${at}]`,
          stable: 8,
          details: details(at),
        })),
      }),
    ).repeated;

  test.each(["remote", "destination"])(
    "a server's connections to different clients are none, whatever the format calls the address (%s)",
    (key) => {
      expect(sockets(100, (at) => ({ state: "established", [key]: `10.0.0.1:${4000 + at}` }))).toEqual([]);
      // A client whose connection the server has shut down but still reads from.
      expect(sockets(100, (at) => ({ state: "fin-wait-2", [key]: `10.0.0.1:${4000 + at}` }))).toEqual([]);
    },
  );

  test("connections to one address and port are counted, from 32 on", () => {
    const database = () => ({ state: "established", remote: "10.0.0.5:5432" });
    expect(sockets(31, database)).toEqual([]);
    expect(sockets(32, database)).toMatchObject([{ by: "remote", remote: "10.0.0.5:5432", count: 32 }]);
    // Those to other addresses are not added.
    const remote = (at: number) => (at % 2 === 0 ? "10.0.0.5:5432" : `10.0.0.1:${at}`);
    const mixed = sockets(80, (at) => ({ state: "established", remote: remote(at) }));
    expect(mixed).toMatchObject([{ by: "remote", count: 40 }]);
  });

  test("sockets that the other end has closed are counted, whatever their addresses", () => {
    const closed = (at: number) => ({ state: "close-wait", remote: `10.0.0.1:${4000 + at}` });
    expect(sockets(31, closed)).toEqual([]);
    expect(sockets(32, closed)).toMatchObject([{ by: "close-wait", count: 32 }]);
  });

  test("sockets that are not connected are counted, and so are those of unknown state; listening ones are not", () => {
    expect(sockets(32, () => ({ state: "close", remote: "" }))).toMatchObject([{ by: "unconnected", count: 32 }]);
    expect(sockets(32, () => ({}))).toMatchObject([{ by: "unconnected", count: 32 }]);
    expect(sockets(32, (at) => ({ state: "listen", local: `0.0.0.0:${at}`, remote: "" }))).toEqual([]);
  });

  test("connections of unix sockets count for a client of one server, not for the server", () => {
    expect(sockets(40, () => ({ state: "established", local: "/run/s.sock", remote: "" }))).toEqual([]);
    const toServer = () => ({ state: "established", local: "", remote: "/run/s.sock" });
    expect(sockets(40, toServer)).toMatchObject([{ by: "remote", remote: "/run/s.sock", count: 40 }]);
  });

  test("the name of the other end of a CRIU set's unix sockets is that of its peer", () => {
    const fds = Array.from({ length: 40 }, (_, at) => at);
    const client = { kind: "socket" as const, path: "socket:[unix stream 1]", stable: 8 };
    const { repeated } = overviewOf(
      checkpointOf({
        tasks: [
          { pid: 7, comm: "client", table: 0 },
          { pid: 8, comm: "server", table: 1 },
        ],
        tables: [fds.map((at) => ({ fd: at, file: at })), fds.map((at) => ({ fd: at, file: 40 + at }))],
        files: [
          ...fds.map((at) => ({
            ...client,
            details: { state: "established", name: "" },
            links: [{ role: "peer" as const, to: 40 + at }],
          })),
          ...fds.map((at) => ({
            ...client,
            details: { state: "established", name: "/run/s.sock" },
            links: [{ role: "peer" as const, to: at }],
          })),
        ],
      }),
    );
    expect(repeated).toMatchObject([{ table: 0, by: "remote", remote: "/run/s.sock", count: 40 }]);
  });
});

test("descriptors above 2 without close-on-exec cross an exec", () => {
  const { crossExec } = overviewOf(checkpointOf(leak(3, "/x")));
  expect(crossExec.descriptors).toBe(3);
  expect([...crossExec.rows]).toEqual([0]);
  expect([...crossExec.numbers]).toEqual([3]);
});

test("kinds count descriptors, most first", () => {
  const { kinds } = overviewOf(checkpointOf(leak(5, "/x")));
  expect(kinds.map(({ kind, descriptors }) => [FILE_KINDS[kind], descriptors])).toEqual([
    ["regular", 5],
    ["tty", 3],
  ]);
});

test("of many only the first few are listed, and all are counted", () => {
  const files = Array.from({ length: 9 }, (_, at) => ({ kind: "regular" as const, path: `/f${at}` }));
  const fds = files.flatMap((_, at) => Array.from({ length: at + 1 }, (_, i) => ({ fd: 20 * at + i, file: at })));
  const { shared } = overviewOf(checkpointOf({ tasks: [{ pid: 1, comm: "a", table: 0 }], tables: [fds], files }));
  expect(shared.total).toBe(8);
  expect([...shared.numbers]).toEqual([9, 8, 7, 6, 5]);
});
