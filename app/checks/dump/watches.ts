// Whether CRIU can find the files that an inotify or fanotify watches: it opens them by their handles.

import { deviceText } from "../../model/names/named-values.ts";
import { visible } from "../../model/text/text.ts";
import type { DescriptorFacts } from "./facts.ts";
import { type Fault, fault } from "./findings.ts";
import type { Scope } from "./scope.ts";

/** File systems whose files cannot be opened by handle: they lack export_operations in Linux. */
const WITHOUT_HANDLES: ReadonlySet<string> = new Set([
  "proc",
  "devpts",
  "mqueue",
  "hugetlbfs",
  "ramfs",
  "securityfs",
  "debugfs",
  "tracefs",
  "configfs",
  "9p",
  "autofs",
  "binfmt_misc",
  "bpf",
  "fusectl",
]);

export function watchFaults({ devices }: Scope, { fd, info }: DescriptorFacts): Fault[] {
  return info.flatMap((line) => {
    const [, kind = "", inode, hex = ""] =
      /^(inotify|fanotify) (?:wd:\w+ )?(?:ino:(\w+) )?sdev:(\w+) /.exec(line) ?? [];
    if (kind === "") return [];
    const device = deviceText(Number.parseInt(hex, 16));
    if (inode === undefined)
      return fault("dump-watch-lost", `descriptor ${fd} watches the file system of device ${device}`);
    const mount = devices.get(device);
    if (mount === undefined || hasHandles(mount)) return [];
    const what = `inode ${Number.parseInt(inode, 16)} of ${visible(mount.mountPoint)} (${visible(mount.type)})`;
    return fault("dump-watch", `descriptor ${fd} watches ${what}, which cannot be opened by its handle`);
  });
}

function hasHandles({ type, superOptions }: { readonly type: string; readonly superOptions: string }): boolean {
  if (type === "overlay") return superOptions.split(",").includes("nfs_export=on");
  return !WITHOUT_HANDLES.has(type);
}
