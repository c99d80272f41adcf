// @vitest-environment happy-dom
// Dialogs: how they close, and what they do with what is typed.

import { act } from "react";
import { expect, test } from "vitest";
import { Dialogs } from "../../app/components/Dialogs/Dialogs.tsx";
import { ShareDialog } from "../../app/components/Links/Share.tsx";
import { fromFragment } from "../../app/link/link.ts";
import { packedAddress } from "../../app/shell/opening/packed.ts";
import type { Dialog } from "../../app/shell/state.ts";
import { fixtureBytes, open } from "../support/open.ts";
import { one, pageWith, press, render, type } from "../support/render.tsx";

async function openDialog(dialog: Dialog) {
  const page = pageWith(await open(fixtureBytes("linux-cr/v23-s1/before.ckpt")));
  await render(page, <button type="button">before</button>);
  one<HTMLButtonElement>(document, "button").focus();
  const container = await render(page, <Dialogs />);
  await act(async () => page.shell.store.set({ dialog }));
  return { ...page, container, state: () => page.shell.store.get() };
}

test("Escape closes a dialog at once, so that the next key is not lost in it", async () => {
  const { container, state } = await openDialog({ kind: "help" });
  const dialog = one(container, "dialog");
  await act(async () => {
    press(dialog, "Escape");
    expect(state().dialog).toBeNull();
    expect(dialog.isConnected).toBe(false);
  });
});

test("a dialog that a dialog opens stays open", async () => {
  const { container, shell, state } = await openDialog({ kind: "palette" });
  await act(async () => shell.store.set({ dialog: { kind: "help" } }));
  expect(state().dialog?.kind).toBe("help");
  expect(one(container, "dialog").getAttribute("aria-label")).toBe("Keys and filters");
});

test("the palette narrows the commands by words in any order and runs one", async () => {
  const { container, state } = await openDialog({ kind: "palette" });
  const box = one<HTMLInputElement>(container, "input");
  await act(async () => type(box, "records show"));
  expect(container.querySelectorAll("[role=option]")).toHaveLength(1);
  await act(async () => press(box, "Enter"));
  expect(state().dialog).toBeNull();
  expect(state().tab).toBe("records");
  expect(state().bytesShown).toBe(false);
});

test("the palette says that no command matches", async () => {
  const { container } = await openDialog({ kind: "palette" });
  await act(async () => type(one<HTMLInputElement>(container, "input"), "zzz"));
  expect(container.textContent).toContain("No matching commands");
});

for (const [text, offset] of [
  ["1024", 1024],
  ["0x400", 1024],
  ["+16", 116],
  ["-0x10", 84],
] as const) {
  test(`go to offset takes ${text}`, async () => {
    const { container, shell, state } = await openDialog({ kind: "offset" });
    await act(async () => shell.selectBytes({ member: 0, anchor: 100, at: 100 }));
    await act(async () => type(one<HTMLInputElement>(container, "input"), text));
    await act(async () =>
      one(container, "form").dispatchEvent(new Event("submit", { bubbles: true, cancelable: true })),
    );
    expect(state().bytes).toEqual({ member: 0, anchor: offset, at: offset });
    expect(state().dialog).toBeNull();
  });
}

test("go to offset explains what is wrong, until the text changes", async () => {
  const { container, state } = await openDialog({ kind: "offset" });
  const box = one<HTMLInputElement>(container, "input");
  await act(async () => type(box, "99999999"));
  await act(async () => one(container, "form").dispatchEvent(new Event("submit", { bubbles: true, cancelable: true })));
  expect(box.getAttribute("aria-invalid")).toBe("true");
  expect(state().dialog).not.toBeNull();
  await act(async () => type(box, "9"));
  expect(box.getAttribute("aria-invalid")).toBe("false");
});

test("an address with a scheme that is not opened is refused in the dialog", async () => {
  const { container, state } = await openDialog({ kind: "address" });
  const box = one<HTMLInputElement>(container, "input");
  await act(async () => type(box, "javascript:alert(1)"));
  await act(async () => one(container, "form").dispatchEvent(new Event("submit", { bubbles: true, cancelable: true })));
  expect(one(container, "[role=alert]").textContent).toContain("javascript:");
  expect(state().dialog).not.toBeNull();
});

test("a link of the page that has no images in it is refused in the dialog", async () => {
  const { container, state } = await openDialog({ kind: "address" });
  const box = one<HTMLInputElement>(container, "input");
  await act(async () => type(box, "https://elsewhere.example/#v=1&select=412:3&tab=files"));
  await act(async () => one(container, "form").dispatchEvent(new Event("submit", { bubbles: true, cancelable: true })));
  expect(one(container, "[role=alert]").textContent).toContain("neither images nor an address");
  expect(state().dialog).not.toBeNull();
});

test("a link of the page is not compared with the open image", async () => {
  const { container, state } = await openDialog({ kind: "address" });
  const box = one<HTMLInputElement>(container, "input");
  await act(async () => type(box, "https://elsewhere.example/#v=1&data=AAAA"));
  const compare = [...container.querySelectorAll("button")].find(({ textContent }) =>
    textContent?.startsWith("Compare"),
  );
  await act(async () => compare?.click());
  expect(one(container, "[role=alert]").textContent).toContain("cannot be compared");
  expect(state().dialog).not.toBeNull();
});

test("sharing says that names, addresses of clients and the view go along, and what is left of them", async () => {
  const page = pageWith(await open(fixtureBytes("linux-cr/v23-s1/before.ckpt")));
  const container = await render(page, <ShareDialog into="link" />);
  const contents = () => one(container, "dl").textContent;
  expect(contents()).toMatch(/paths, tasks, hosts.*addresses of sockets, including those of clients/);
  expect(contents()).toContain("The selection, filters and the rest of the view, readable in the link itself");
  const choices = container.querySelectorAll<HTMLInputElement>("input[type=radio]");
  await act(async () => choices[1]?.click());
  expect(contents()).toMatch(/addresses of sockets that are not paths, including those of clients/);
  await act(async () => choices[2]?.click());
  expect(contents()).toContain("No names");
  expect(contents()).toContain("no filters");
});

test("a link without names has no text in its view either", async () => {
  const { shell } = pageWith(await open(fixtureBytes("linux-cr/v23-s1/before.ckpt")));
  await act(async () => {
    shell.setListing("descriptors", { filter: "path:/secret/a" });
    shell.setListing("files", { filter: "path:/secret/b" });
    shell.setResource("sockets", { filter: "/secret/c" });
    shell.store.set({ resourcesShown: true });
    shell.applyLink({ ...shell.link(), select: { to: "descriptor", task: 4242, fd: 3 } });
  });
  const all = packedAddress(shell, "AAAA", "nothing");
  for (const part of ["a", "b", "c"]) expect(all).toContain(`/secret/${part}`);
  const fragment = new URL(packedAddress(shell, "AAAA", "names"), "http://x/").hash;
  expect(fragment).toBe("#v=1&select=4242:3&resource=sockets&data=AAAA");
});

test("a link with the image inside selects no records, bytes or memory, which packed images do not have", async () => {
  const { shell } = pageWith(await open(fixtureBytes("linux-cr/v23-s1/before.ckpt")));
  const hash = (): string => new URL(packedAddress(shell, "AAAA", "nothing"), "http://x/").hash;
  for (const part of ["bytes=0:4", "memory=4242:1000", "select=record:0:0"]) {
    await act(async () => shell.applyLink(fromFragment(part)));
    expect(shell.address()).toContain(part);
    expect(hash()).not.toMatch(/bytes|memory|record/);
  }
});

test("a link to a private host warns before it fetches", async () => {
  const chosen: boolean[] = [];
  const addresses = [{ url: "http://127.0.0.1/x.ckpt", host: "127.0.0.1", local: true }];
  const { container } = await openDialog({
    kind: "fetch",
    addresses: addresses as unknown as Extract<Dialog, { kind: "fetch" }>["addresses"],
    onChoice: (yes) => chosen.push(yes),
  });
  expect(one(container, ".warn").textContent).toContain("127.0.0.1");
  await act(async () => one<HTMLButtonElement>(container, "button.primary").click());
  expect(chosen).toEqual([true]);
});
