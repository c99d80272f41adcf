// A CRIU set with rows in every table of resources: a recorded one, and members for what its program did not have.

import { join } from "node:path";
import type { Source } from "../../app/decoder/source.ts";
import { encodeText } from "../../app/model/text/text.ts";
import { folderSources } from "./corpus.ts";
import { imageBytes, type Message } from "./criu-set.ts";
import { editField, setNumber, withFile } from "./edit-set.ts";

const FOLDER = join(import.meta.dirname, "../fixtures/resources/r1/before");
const [TASK, THREAD] = [25_572, 25_573];

/** Numbers of namespaces that the tasks of the set are in. */
const [MOUNTS, NETWORK, USERS] = [12, 13, 14];

/** The set. Its task 25572 has a seccomp filter, control groups, and namespaces for mounts, the network and users. */
export function resourcefulSet(): Source[] {
  let set: Source[] = folderSources(FOLDER);
  const core = `core-${TASK}.img`;
  for (const name of [core, `core-${THREAD}.img`]) {
    set = setNumber(set, name, "core_entry", 0, "thread_core.seccomp_mode", 2);
    set = setNumber(set, name, "core_entry", 0, "thread_core.seccomp_filter", 1);
  }
  set = setNumber(set, core, "core_entry", 0, "thread_core.sas.ss_flags", 0);
  set = setNumber(set, core, "core_entry", 0, "thread_core.timerslack_ns", 50_000);
  set = setNumber(set, core, "core_entry", 0, "tc.cg_set", 1);
  set = setNumber(set, core, "core_entry", 0, "tc.sigactions.sigaction", 0x401000);
  set = setNumber(set, `ids-${TASK}.img`, "task_kobj_ids_entry", 0, "mnt_ns_id", MOUNTS);
  set = setNumber(set, `ids-${TASK}.img`, "task_kobj_ids_entry", 0, "net_ns_id", NETWORK);
  set = setNumber(set, `ids-${TASK}.img`, "task_kobj_ids_entry", 0, "user_ns_id", USERS);
  // Its child shares its working directory and signal handlers.
  for (const field of ["fs_id", "sighand_id"] as const) {
    set = setNumber(set, `ids-25575.img`, "task_kobj_ids_entry", 0, field, 2);
  }
  const program = (length: number): Uint8Array => Uint8Array.from({ length: 8 * length }, (_, at) => at % 7);
  const filters = [
    [
      [1, program(4)],
      [3, 0],
    ],
    [
      [1, program(6)],
      [2, 0],
      [3, 2],
    ],
  ] as const;
  set = withFile(set, "seccomp.img", imageBytes("SECCOMP", [filters.map((filter) => [1, filter] as const)]));
  const group = [
    [1, "cpu"],
    [2, "/a"],
  ] as const;
  const groups = [
    [1, 1],
    [2, group],
  ] as const;
  set = withFile(set, "cgroup.img", imageBytes("CGROUP", [[[1, groups]]]));
  const mount = (id: number, point: string) =>
    [
      ...[[1, 0] as const, [2, id] as const, [3, 8] as const, [4, 1] as const, [5, 2] as const],
      ...[[6, "/"] as const, [7, point] as const, [8, "tmpfs"] as const, [9, "size=1"] as const],
      ...[[10, 3] as const, [11, 4] as const, [14, "tmpfs"] as const, [18, "name"] as const],
    ] as const;
  set = withFile(set, `mountpoints-${MOUNTS}.img`, imageBytes("MNTS", [mount(2, "/"), mount(3, "/tmp")]));
  const device = [
    ...[[1, 1] as const, [2, 1] as const, [3, 1500] as const, [4, 73] as const, [5, "lo"] as const],
    ...[[7, Uint8Array.of(2, 0, 0, 0, 0, 1)] as const, [12, 1] as const, [13, NETWORK] as const],
  ] as const;
  const other = (type: number, index: number, name: string, more: Message): Message => [
    ...[[1, type] as const, [2, index] as const, [3, 1500] as const, [4, 73] as const, [5, name] as const],
    ...[...more, [12, 1] as const, [13, NETWORK] as const],
  ];
  const numbers = (...values: readonly number[]): Message => values.map((value, at) => [at + 1, value]);
  const tunnel: Message = [
    ...[[1, 1] as const, [2, 0x0100_007f] as const, [3, 0x0200_007f] as const, [4, 64] as const, [5, 16] as const],
    ...Array.from([1, 4, 2, 2, 1, 5000, 5001, 16], (value, at) => [6 + at, value] as const),
    ...[1, 2, 3, 4].map((word) => [14, word] as const),
    ...[[15, 8] as const, [16, 0x0300_007f] as const],
  ];
  const devices = [
    device,
    other(3, 2, "tun0", [[6, numbers(0x1002, 1000, 100, 10, 4096)]]),
    other(7, 3, "macvlan0", [[11, numbers(4, 1)]]),
    other(8, 4, "sit1", [[15, tunnel]]),
  ];
  set = withFile(set, `netdev-${NETWORK}.img`, imageBytes("NETDEV", devices));
  const extent = [[1, 0] as const, [2, 100_000] as const, [3, 65_536] as const] as const;
  set = withFile(set, `userns-${USERS}.img`, imageBytes("USERNS", [[[1, extent]]]));
  return editField(set, "inventory.img", "inventory_entry", 0, "plugins_entry.plugins", () => encodeText("amdgpu"));
}
