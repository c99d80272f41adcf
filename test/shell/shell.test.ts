import { describe, expect, test, vi } from "vitest";
import { diff } from "../../app/diff/diff.ts";
import { ownEvidence } from "../../app/model/comparison/earlier.ts";
import { createShell } from "../../app/shell/shell.ts";
import type { Input } from "../../app/shell/state.ts";
import type { Client, RequestOptions } from "../../app/worker/client.ts";
import type { FindResponse, OpenResponse, RequestKind } from "../../app/worker/protocol.ts";
import { NGINX } from "../support/nginx.ts";
import { checkpointOf } from "../support/state.ts";

/** A worker that opens what the test says, when the test says so. */
function fakeClient() {
  const asked: { kind: RequestKind; request: unknown; options: RequestOptions; response(response: unknown): void }[] =
    [];
  const client = {
    request: (kind: RequestKind, request: unknown, options: RequestOptions = {}) =>
      new Promise((resolve, reject) => {
        options.signal?.addEventListener("abort", () => reject(options.signal?.reason));
        asked.push({ kind, request, options, response: resolve });
        // What is compared is the same twice.
        if (kind === "diff") resolve({ differences: diff(checkpointOf(NGINX), checkpointOf(NGINX)), unrelated: [] });
      }),
    terminate() {},
  } as unknown as Client;
  const last = () => {
    const question = asked.filter(({ kind }) => kind === "open").at(-1);
    if (question === undefined) throw new Error("Nothing was asked");
    return question;
  };
  return { client, asked, last };
}

const input = (name: string): Input => ({ name, files: [{ path: name, file: new Blob(["x"]) }] });
const opened = (document: number): OpenResponse => {
  const checkpoint = checkpointOf(NGINX, { firstId: document * 100 });
  return { document, checkpoint, evidence: ownEvidence("", null) };
};

/** The answer to a search that found these images. */
const found = (...names: string[]): FindResponse => ({
  found: 1,
  count: names.length,
  ignored: 2,
  names,
  images: names.map((name) => ({
    name,
    format: "linux-cr",
    bytes: 1,
    tasks: 1,
    time: null,
    uptime: null,
    parent: null,
    packedTime: null,
    fileTime: null,
  })),
});

/** A shell with one image open. */
async function withOne() {
  const fake = fakeClient();
  const shell = createShell(fake.client);
  const opening = shell.open([input("a")]);
  fake.last().response(opened(1));
  await opening;
  return { ...fake, shell };
}

describe("opening", () => {
  test("shows the document", async () => {
    const { shell } = await withOne();
    const { docs, opening, failure } = shell.store.get();
    expect(docs.map(({ document, input: { name } }) => [document, name])).toEqual([[1, "a"]]);
    expect([opening, failure]).toEqual([null, null]);
  });
  test("what is not an image is refused with a message; what was open stays", async () => {
    const { shell, last } = await withOne();
    const opening = shell.open([input("b")]);
    last().response({ refused: "This is not a checkpoint image: it is empty." });
    await opening;
    const { docs, failure } = shell.store.get();
    expect(docs[0]?.input.name).toBe("a");
    expect(failure?.message).toBe("This is not a checkpoint image: it is empty.");
  });
  test("of several images in an archive the user chooses", async () => {
    const { client, last, asked } = fakeClient();
    const shell = createShell(client);
    const opening = shell.open([input("dumps.tar")]);
    last().response({ refused: "There are 2 images here.", choices: ["a", "b"] });
    await expect.poll(() => asked.at(-1)?.kind).toBe("find");
    asked.at(-1)?.response(found("b", "a"));
    await opening;
    const { dialog, failure } = shell.store.get();
    expect(failure).toBeNull();
    if (dialog?.kind !== "choose") throw new Error("The user is not asked");
    expect(dialog.choices.map(({ input: { name, set } }) => [name, set])).toEqual([
      ["b", "b"],
      ["a", "a"],
    ]);
    void shell.choose(dialog.choices.slice(1));
    expect(last().request).toMatchObject({ set: "a", found: 1 });
  });
  test("of two images the earlier one is before, whatever their order", async () => {
    for (const names of [
      ["after", "before"],
      ["before", "after"],
    ]) {
      const { client, last, asked } = fakeClient();
      const shell = createShell(client);
      const opening = shell.receive(input("2 files"));
      asked.at(-1)?.response(found(...names));
      await expect.poll(() => last().request).toMatchObject({ set: "before" });
      last().response(opened(1));
      await expect.poll(() => last().request).toMatchObject({ set: "after" });
      last().response(opened(2));
      await opening;
      expect(shell.store.get().docs.map(({ input: { name } }) => name)).toEqual(["before", "after"]);
      expect(shell.store.get().order).toMatchObject({ earlier: "first", sure: true });
    }
  });
  test("an early part is shown, and what is selected in it is found again in the whole", async () => {
    const fake = fakeClient();
    const shell = createShell(fake.client);
    const opening = shell.open([input("a")]);
    const part = checkpointOf({ ...NGINX, tasks: NGINX.tasks.slice(1) });
    fake.last().options.onPart?.(part);
    expect(shell.store.get().docs[0]?.document).toBeNull();
    shell.select({ to: "task", row: 0 });
    fake.last().response(opened(1));
    await opening;
    // pid 412 is row 0 of the part and row 1 of the whole.
    expect(shell.store.get().selection).toEqual({ to: "task", row: 1 });
  });
  test("cancelled, it leaves what was open before", async () => {
    const { shell, last } = await withOne();
    const opening = shell.open([input("b")]);
    last().options.onPart?.(checkpointOf(NGINX));
    expect(shell.store.get().docs[0]?.input.name).toBe("b");
    shell.cancel();
    await opening;
    const { docs, failure, opening: now } = shell.store.get();
    expect(docs[0]?.input.name).toBe("a");
    expect([failure, now]).toEqual([null, null]);
  });
  test("what is selected while another image is opened stays so if that fails or is cancelled", async () => {
    const { shell, last } = await withOne();
    const refused = shell.open([input("b")]);
    shell.select({ to: "task", row: 1 });
    last().response({ refused: "This is not a checkpoint image: it is empty." });
    await refused;
    expect(shell.store.get().selection).toEqual({ to: "task", row: 1 });
    const cancelled = shell.open([input("b")]);
    shell.select({ to: "task", row: 0 });
    shell.cancel();
    await cancelled;
    expect(shell.store.get().selection).toEqual({ to: "task", row: 0 });
  });
  test("opening instead closes what was open, once the new one is there", async () => {
    const { shell, asked, last } = await withOne();
    const opening = shell.open([input("b")]);
    expect(asked.some(({ kind }) => kind === "close")).toBe(false);
    last().response(opened(2));
    await opening;
    expect(asked.filter(({ kind }) => kind === "close").map(({ request }) => request)).toEqual([{ document: 1 }]);
  });
});

/** A shell with two images open, and the later one shown. */
async function withTwo() {
  const fake = fakeClient();
  const shell = createShell(fake.client);
  const opening = shell.open([input("a"), input("b")]);
  fake.last().response(opened(1));
  await expect.poll(() => fake.last().request).toMatchObject({ name: "b" });
  fake.last().response(opened(2));
  await opening;
  return { ...fake, shell };
}

describe("two documents", () => {
  test("both stay as they are while another image is opened, and until its first part is there", async () => {
    const { shell, last } = await withTwo();
    shell.selectIn("after", { to: "task", row: 1 });
    shell.store.set({ bannerHidden: true, swapped: true, zoom: { k: 2, x: 0, y: 0 } });
    const { docs, side, selection, bannerHidden, swapped, zoom } = shell.store.get();
    void shell.open([input("c")]);
    expect(shell.store.get()).toMatchObject({ docs, side, selection, bannerHidden, swapped, zoom });
    last().options.onPart?.(checkpointOf(NGINX));
    expect(shell.store.get()).toMatchObject({ side: "before", bannerHidden: false, swapped: false, zoom: null });
  });
  test("of two images the later one is shown, whatever was open before", async () => {
    const { shell, last } = await withTwo();
    expect(shell.store.get().side).toBe("after");
    shell.showSide("before");
    const opening = shell.open([input("c"), input("d")]);
    last().response(opened(3));
    await expect.poll(() => last().request).toMatchObject({ name: "d" });
    last().response(opened(4));
    await opening;
    expect(shell.store.get().side).toBe("after");
  });
  test("an image dropped on an open one is asked about, and is after when compared", async () => {
    const { shell, last, asked } = await withOne();
    const later = input("b");
    const receiving = shell.receive(later);
    asked.at(-1)?.response(found("b"));
    await receiving;
    expect(shell.store.get().dialog).toMatchObject({ kind: "dropped", input: { name: "b", set: "b" }, ignored: 2 });
    const comparing = shell.compareWith(later);
    last().response(opened(2));
    await comparing;
    expect(shell.store.get().docs.map(({ document }) => document)).toEqual([1, 2]);
    expect(shell.store.get().dialog).toBeNull();
  });
  test("turning to the other one keeps the selection", async () => {
    const { shell, last } = await withOne();
    const comparing = shell.compareWith(input("b"));
    last().response(opened(2));
    await comparing;
    shell.select({ to: "descriptor", row: 5 });
    shell.showSide("after");
    expect(shell.store.get()).toMatchObject({ side: "after", selection: { to: "descriptor", row: 5 } });
    await shell.swap();
    expect(shell.store.get().docs.map(({ document }) => document)).toEqual([2, 1]);
    expect(shell.store.get().side).toBe("before");
  });

  test("swapping twice before the first is done leaves them as they are", async () => {
    const { shell, last } = await withOne();
    const comparing = shell.compareWith(input("b"));
    last().response(opened(2));
    await comparing;
    await Promise.all([shell.swap(), shell.swap()]);
    expect(shell.store.get()).toMatchObject({ docs: [{ document: 1 }, { document: 2 }], opening: null, failure: null });
    await Promise.all([shell.swap(), shell.swap(), shell.swap()]);
    expect(shell.store.get().docs.map(({ document }) => document)).toEqual([2, 1]);
  });
});

describe("a third image", () => {
  async function withTwo() {
    const one = await withOne();
    const comparing = one.shell.compareWith(input("b"));
    one.last().response(opened(2));
    await comparing;
    return one;
  }
  test.each([
    ["before", ["c", "b"]],
    ["after", ["a", "c"]],
  ] as const)("takes the place of the one %s", async (side, names) => {
    const { shell, last, asked } = await withTwo();
    const receiving = shell.receive(input("c"));
    asked.at(-1)?.response(found("c"));
    await receiving;
    expect(shell.store.get().dialog?.kind).toBe("dropped");
    const replacing = shell.replace(side, input("c"));
    last().response(opened(3));
    await replacing;
    expect(shell.store.get().docs.map((doc) => doc.input.name)).toEqual(names);
    expect(shell.store.get().order).toBeNull();
  });
  test("makes an order that the images' times contradict the right one", async () => {
    const { shell, last } = await withOne();
    const evidence = { name: "b", time: 5, uptime: null, parent: null, packedTime: null, fileTime: null };
    const first = shell.open([input("late")]);
    last().response({ ...opened(1), evidence: { ...evidence, time: 9 } } as OpenResponse);
    await first;
    const comparing = shell.compareWith(input("early"));
    last().response({ ...opened(2), evidence } as OpenResponse);
    await comparing;
    expect(shell.store.get().docs.map((doc) => doc.input.name)).toEqual(["early", "late"]);
    expect(shell.store.get().order?.sure).toBe(true);
  });
});

describe("files that may be facts of a host", () => {
  test("are reported if they cannot be read, and nothing is opened", async () => {
    const client = { request: () => Promise.reject(new Error("Gone")), terminate() {} } as unknown as Client;
    const shell = createShell(client);
    await shell.receive(input("host.json"));
    expect(shell.store.get().failure?.message).toBe("Gone");
  });
  test("are left alone if that is cancelled", async () => {
    const { client, asked } = fakeClient();
    const shell = createShell(client);
    const receiving = shell.receive(input("host.json"));
    expect(asked.map(({ kind }) => kind)).toEqual(["facts"]);
    shell.cancel();
    await receiving;
    expect([shell.store.get().opening, shell.store.get().host]).toEqual([null, null]);
  });
});

describe("a dialog about what is open", () => {
  test("is closed with it", async () => {
    const { shell, last } = await withOne();
    const comparing = shell.compareWith(input("b"));
    last().response(opened(2));
    await comparing;
    shell.store.set({ dialog: { kind: "format" } });
    shell.closeSide("before");
    expect(shell.store.get().dialog).toBeNull();
    shell.store.set({ dialog: { kind: "format" } });
    shell.close();
    expect(shell.store.get().dialog).toBeNull();
  });
});

describe("dropped folders", () => {
  test("are shown as being opened while they are read, which can be cancelled", async () => {
    const { shell, asked } = await withOne();
    const before = asked.length;
    const receiving = shell.receiveDropped(new Promise(() => {}));
    expect(shell.store.get().opening?.name).toBe("the dropped files");
    shell.cancel();
    await receiving;
    const { opening, failure, docs } = shell.store.get();
    expect([opening, failure, docs.length, asked.length]).toEqual([null, null, 1, before]);
  });
  test("do not end the opening in progress before they are read", async () => {
    const { shell, last } = await withOne();
    const opening = shell.open([input("b")]);
    const receiving = shell.receiveDropped(Promise.resolve(null));
    await receiving;
    expect(shell.store.get().opening?.name).toBe("b");
    last().response(opened(2));
    await opening;
    expect(shell.store.get().docs.map((doc) => doc.input.name)).toEqual(["b"]);
  });
  test("are received once they are read", async () => {
    const { client, asked } = fakeClient();
    const shell = createShell(client);
    void shell.receiveDropped(Promise.resolve(input("folder")));
    await vi.waitFor(() => expect(asked.map(({ kind }) => kind)).toEqual(["find"]));
  });
  test("without any file in them are reported, also while something is being opened", async () => {
    const { shell, last } = await withOne();
    await shell.receiveDropped(Promise.resolve(null));
    expect(shell.store.get().failure?.message).toBe("There are no files in what you dropped.");
    const opening = shell.open([input("b")]);
    await shell.receiveDropped(Promise.resolve(null));
    expect(shell.store.get().failure?.message).toBe("There are no files in what you dropped.");
    last().response(opened(2));
    await opening;
  });
  test("that cannot be read are reported", async () => {
    const shell = createShell(fakeClient().client);
    await shell.receiveDropped(Promise.reject(new Error("NotFoundError")));
    expect(shell.store.get().failure?.message).toBe("The dropped files could not be read.");
  });
});

describe("links", () => {
  test("what a link selects waits for an image that has it", async () => {
    const { client, last } = fakeClient();
    const shell = createShell(client);
    shell.applyLink({ select: { to: "descriptor", task: 412, fd: 5 }, tab: "files", filter: "nginx" });
    const opening = shell.open([input("a")]);
    last().response(opened(1));
    await opening;
    expect(shell.store.get()).toMatchObject({ selection: { to: "descriptor", row: 5 }, tab: "files" });
    expect(shell.link()).toEqual({ select: { to: "descriptor", task: 412, fd: 5 }, tab: "files", filter: "nginx" });
  });
  test("what a link selects does not wait for another image once one is open that does not have it", async () => {
    const { client, last } = fakeClient();
    const shell = createShell(client);
    shell.applyLink({ select: { to: "task", task: 999_999 } });
    const opening = shell.open([input("a")]);
    last().response(opened(1));
    await opening;
    expect(shell.store.get().failure?.message).toMatch(/^This link selects task 999999, which the image opened here/);
    expect(shell.store.get().pending.select).toBeNull();
    expect(shell.link()).toEqual({});
  });
  test("of two images that were open before a reload, the second may have what the link selects", async () => {
    const { client, last } = fakeClient();
    const shell = createShell(client);
    shell.store.set({ closed: ["a", "b"] });
    shell.applyLink({ select: { to: "task", task: 999_999 } });
    const opening = shell.open([input("a")]);
    last().response(opened(1));
    await opening;
    expect(shell.store.get().failure).toBeNull();
    expect(shell.store.get().pending.select).not.toBeNull();
    const comparing = shell.compareWith(input("b"));
    last().response(opened(2));
    await comparing;
    expect(shell.store.get().failure?.message).toMatch(/task 999999, which the images opened here/);
  });
});
