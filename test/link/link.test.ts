import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromFragment, fromText, isDamaged, type Link, toFragment, toText } from "../../app/link/link.ts";
import { NONE } from "../../app/model/checkpoint.ts";
import { LISTINGS } from "../../app/model/listings/column.ts";
import { COLUMNS } from "../../app/model/listings/columns.ts";

describe("links", () => {
  test("are short and readable", () => {
    const link: Link = {
      sample: "nginx",
      select: { to: "descriptor", task: 412, fd: 3 },
      tab: "files",
      filter: "path:/var/log >=",
      sort: { column: "pos", descending: true },
    };
    expect(toFragment(link)).toBe("v=1&sample=nginx&select=412:3&tab=files&filter=path:/var/log%20%3E%3D&sort=-pos");
    expect(fromFragment(`#${toFragment(link)}`)).toEqual(link);
  });
  test("name a change by its kind and its first holder or task", () => {
    const link: Link = {
      sample: "httpd",
      change: { kind: "file-pos", pid: 412, fd: 3 },
      off: ["fd-opened", "file-mode"],
      view: "one",
      rows: "all",
      order: "swapped",
    };
    expect(toFragment(link)).toBe(
      "v=1&sample=httpd&change=file-pos:412:3&off=fd-opened,file-mode&view=one&rows=all&order=swapped",
    );
    expect(fromFragment(toFragment(link))).toEqual(link);
    const added: Link = { change: { kind: "task-added", pid: 7, fd: NONE } };
    expect(fromFragment(toFragment(added))).toEqual(added);
    expect(fromFragment("#v=1&change=file-nosuch:1:2&off=x,file-pos&view=two&rows=some")).toEqual({
      off: ["file-pos"],
    });
  });
  test("name a table of a resource with its filter and sorting, and a change of one", () => {
    const link: Link = {
      resource: { name: "mappings", filter: "rwx", sort: { column: "size", descending: true } },
      change: { kind: "resource-changed", pid: 7, fd: NONE, key: 'mappings 7 "1000" "/lib/x:y" permissions' },
      only: "security",
    };
    expect(toFragment(link)).toContain("&resource=mappings&resource.filter=rwx&resource.sort=-size&");
    expect(fromFragment(toFragment(link))).toEqual(link);
    const ofImage: Link = { change: { kind: "resource-changed", pid: -1, fd: NONE, key: "uts nodename" } };
    expect(fromFragment(toFragment(ofImage))).toEqual(ofImage);
    expect(fromFragment("#v=1&resource=No%20such&resource.sort=x")).toEqual({});
    expect(fromFragment("#v=1&resource=limits&resource.sort=-a%20b")).toEqual({ resource: { name: "limits" } });
  });
  test("of nothing are empty", () => {
    expect(toFragment({})).toBe("");
    expect(fromFragment("")).toEqual({});
  });
  test("lose a bad part only", () => {
    expect(fromFragment("#v=1&select=%zz&tab=files&sort=nosuch&side=left&sample=../x&filter=a")).toEqual({
      tab: "files",
      filter: "a",
    });
  });
  test("any text is read without a fault", () => {
    fc.assert(fc.property(fc.string(), (text) => void fromFragment(text)));
  });
  test("what is written is read back", () => {
    const number = fc.integer({ min: 0, max: 2 ** 31 - 1 });
    const name = fc.oneof(
      fc.record({ to: fc.constant("task" as const), task: number }),
      fc.record({ to: fc.constant("table" as const), task: number }),
      fc.record({ to: fc.constant("descriptor" as const), task: number, fd: number }),
      fc.record({ to: fc.constant("file" as const), task: number, fd: number }),
      fc.record({ to: fc.constant("path" as const), path: fc.string({ unit: "grapheme", minLength: 1 }) }),
      fc.record({ to: fc.constant("record" as const), member: number, offset: fc.maxSafeNat() }),
    );
    const link = fc.constantFrom(...LISTINGS).chain((tab) =>
      fc.record(
        {
          tab: fc.constant(tab),
          sample: fc.stringMatching(/^[a-z0-9-]{1,8}$/),
          side: fc.constantFrom("before" as const, "after" as const),
          select: name,
          memory: fc.record({ space: number, address: fc.stringMatching(/^[0-9a-f]{1,16}$/) }),
          filter: fc.string({ unit: "grapheme", minLength: 1 }),
          sort: fc.record({ column: fc.constantFrom(...COLUMNS[tab].map(({ id }) => id)), descending: fc.boolean() }),
          bytes: fc.record({ member: fc.nat(), from: fc.nat({ max: 2 ** 45 }), to: fc.nat({ max: 2 ** 45 }) }),
          columns: fc.subarray(
            COLUMNS[tab].map(({ id }) => id),
            { minLength: 1 },
          ),
        },
        { requiredKeys: ["tab"] },
      ),
    );
    fc.assert(
      fc.property(link, (given) => {
        expect(fromFragment(`#${toFragment(given)}`)).toEqual(given);
      }),
    );
  });
});

test("a link is damaged if it has images that are not understood", () => {
  for (const damaged of ["sample=", "#sample=A%20B", "v=1&open=", "#v=1&open=http%3A%2", "open=a&with=%", "data="]) {
    expect(isDamaged(damaged), damaged).toBe(true);
  }
  for (const whole of ["", "#", "#v=1&filter=open", "v=1&select=1:2", "sample=httpd", "open=a&with=b", "data=AAAA"]) {
    expect(isDamaged(whole), whole).toBe(false);
  }
});

describe("names", () => {
  test("are in the user's terms", () => {
    expect(toText({ to: "task", task: 412 })).toBe("412");
    expect(toText({ to: "file", task: 412, fd: 3 })).toBe("file:412:3");
    expect(fromText("412:3")).toEqual({ to: "descriptor", task: 412, fd: 3 });
    expect(fromText("table:412")).toEqual({ to: "table", task: 412 });
  });
  test("anything else is refused", () => {
    for (const text of ["", "nginx", "412:", "table:412:3", "record:5", "file:5", "path:"])
      expect(fromText(text)).toBeNull();
  });
});
