// Tables of the image as a whole.

import { column, namespace, type ResourceSpec } from "../resource.ts";
import { NETWORK_RESOURCES } from "./network.ts";

const IPC: ResourceSpec = {
  name: "ipc",
  noun: "IPC object",
  title: "System V IPC",
  scope: "image",
  meaning: "System V shared memory, semaphores and message queues, as `ipcs` lists them.",
  namespace: "ipc",
  key: ["kind", "key", "id"],
  columns: [
    namespace("IPC"),
    column("kind", "text", "kind", "shm, sem or msg"),
    column("key", "number", "key", "as passed to shmget(2), semget(2) or msgget(2); 0: IPC_PRIVATE", {
      criu: "ipc_desc_entry.key",
      linuxCr: "ckpt_hdr_ipc_perms.key",
    }),
    column("id", "number", "id", "shmid, semid or msqid", {
      criu: "ipc_desc_entry.id",
      linuxCr: "ckpt_hdr_ipc_perms.id",
    }),
    column("mode", "mode", "mode", "permissions", {
      criu: "ipc_desc_entry.mode",
      linuxCr: "ckpt_hdr_ipc_perms.mode",
    }),
    column("uid", "number", "uid", "the owner", { criu: "ipc_desc_entry.uid", linuxCr: "ckpt_hdr_ipc_perms.uid" }),
    column("gid", "number", "gid", "the owner's group", {
      criu: "ipc_desc_entry.gid",
      linuxCr: "ckpt_hdr_ipc_perms.gid",
    }),
    column("creatorUid", "number", "creator's uid", "the creator", {
      criu: "ipc_desc_entry.cuid",
      linuxCr: "ckpt_hdr_ipc_perms.cuid",
    }),
    column("creatorGid", "number", "creator's gid", "the creator's group", {
      criu: "ipc_desc_entry.cgid",
      linuxCr: "ckpt_hdr_ipc_perms.cgid",
    }),
    column("size", "decimal", "size", "of shared memory, in bytes", {
      criu: "ipc_shm_entry.size",
      linuxCr: "ckpt_hdr_ipc_shm.shm_segsz",
    }),
    column("hugePages", "decimal", "huge pages", "bytes of each page of shared memory; 0: of the usual huge pages", {
      criu: "ipc_shm_entry.hugetlb_flag",
      linuxCr: "ckpt_hdr_ipc_shm.shift",
      minor: true,
    }),
    column("flags", "list", "flags", "SHM_… of shared memory", {
      linuxCr: "ckpt_hdr_ipc_shm.flags",
      recordedWith: "flags",
      minor: true,
    }),
    column("lockedBy", "number", "locked by", "the user who locked shared memory; null: it is not locked", {
      linuxCr: "ckpt_hdr_ipc_shm.mlock_uid",
      recordedWith: "flags",
      minor: true,
    }),
    column("label", "text", "label", "the label of the security module", {
      linuxCr: "ckpt_hdr_ipc_perms.sec_ref",
      minor: true,
    }),
    column("values", "list", "values", "of the semaphores"),
    column("capacity", "decimal", "capacity", "bytes that a message queue may hold", {
      criu: "ipc_msg_entry.qbytes",
      linuxCr: "ckpt_hdr_ipc_msg.q_qbytes",
    }),
    column("messages", "number", "messages", "in a message queue", {
      linuxCr: "ckpt_hdr_ipc_msg.q_qnum",
      notCompared: "volatile",
    }),
    column("usedBytes", "decimal", "used", "bytes of the messages", {
      linuxCr: "ckpt_hdr_ipc_msg.q_cbytes",
      notCompared: "volatile",
    }),
  ],
};

const UTS: ResourceSpec = {
  name: "uts",
  noun: "host name",
  title: "Host names",
  scope: "image",
  meaning: "The names of the host in each UTS namespace of the dumped tasks.",
  namespace: "uts",
  key: [],
  columns: [
    namespace("UTS"),
    column("nodename", "text", "nodename", "as `hostname` prints it", {
      criu: "utsns_entry.nodename",
      linuxCr: "ckpt_hdr_utsns.nodename",
    }),
    column("domainname", "text", "domainname", "the NIS domain", {
      criu: "utsns_entry.domainname",
      linuxCr: "ckpt_hdr_utsns.domainname",
      recordedWith: "domainname",
    }),
  ],
};

const IDMAPS: ResourceSpec = {
  name: "idmaps",
  noun: "id map",
  title: "Id maps",
  scope: "image",
  meaning: "The users and groups of user namespaces, as in /proc/PID/uid_map and gid_map.",
  key: ["kind", "first"],
  namespace: "user",
  columns: [
    namespace("user"),
    column("kind", "text", "kind", "uid or gid"),
    column("first", "number", "inside", "the first id inside the namespace", { criu: "uid_gid_extent.first" }),
    column("lowerFirst", "number", "outside", "the id outside that it maps to", {
      criu: "uid_gid_extent.lower_first",
    }),
    column("count", "number", "count", "the number of consecutive ids", { criu: "uid_gid_extent.count" }),
  ],
};

const MOUNTS: ResourceSpec = {
  name: "mounts",
  noun: "mount",
  title: "Mounts",
  scope: "image",
  meaning: "The mounts of tasks with a mount namespace of their own, in the terms of mountinfo in proc(5).",
  namespace: "mnt",
  key: ["mountpoint", "level"],
  columns: [
    namespace("mount"),
    column("mountId", "number", "id", "of the mount", { criu: "mnt_entry.mnt_id", notCompared: "renumbered" }),
    column("parentId", "number", "parent", "the mount that it is on; see `parent`", {
      criu: "mnt_entry.parent_mnt_id",
      notCompared: "renumbered",
    }),
    column("mountpoint", "text", "mount point", "where it is, from the task's root", { criu: "mnt_entry.mountpoint" }),
    column("level", "number", "level", "how many mounts are below it at the same mount point, if any", {
      minor: true,
    }),
    column("parent", "text", "on", "the mount point of the mount that it is on", { minor: true }),
    column("parentLevel", "number", "level of that", "how many mounts are below that at the same mount point, if any", {
      minor: true,
    }),
    column("type", "text", "type", "of the file system"),
    column("source", "text", "source", "what is mounted", { criu: "mnt_entry.source" }),
    column("root", "text", "root", "the part of the file system that is mounted", { criu: "mnt_entry.root" }),
    column("flags", "list", "flags", "ro, nosuid, nodev, noexec …", { criu: "mnt_entry.flags" }),
    column("options", "text", "options", "of the file system", { criu: "mnt_entry.options" }),
    column("sharedId", "number", "peer group", "the group that it shares mounts with", {
      criu: "mnt_entry.shared_id",
      notCompared: "renumbered",
      comparedAs: "group",
    }),
    column("masterId", "number", "master", "the group that it receives mounts from", {
      criu: "mnt_entry.master_id",
      notCompared: "renumbered",
      comparedAs: "group",
    }),
    column("external", "text", "external", "the name by which the restore provides it", {
      criu: "mnt_entry.ext_key",
    }),
    column("deleted", "flag", "deleted", "whether what is mounted was unlinked", { criu: "mnt_entry.deleted" }),
  ],
};

const NETDEV: ResourceSpec = {
  name: "netdev",
  noun: "network device",
  title: "Network devices",
  scope: "image",
  meaning: "The network devices of tasks with a network namespace of their own.",
  namespace: "net",
  key: ["name"],
  columns: [
    namespace("network"),
    column("name", "text", "name", "as `ip link` lists it", { criu: "net_device_entry.name" }),
    column("index", "number", "index", "its number", { criu: "net_device_entry.ifindex" }),
    column("type", "text", "type", "LOOPBACK, VETH, TUN, BRIDGE …", { criu: "net_device_entry.type" }),
    column("flags", "list", "flags", "IFF_…", { criu: "net_device_entry.flags" }),
    column("mtu", "number", "mtu", "the largest packet, in bytes", { criu: "net_device_entry.mtu" }),
    column("address", "text", "address", "of the hardware", { criu: "net_device_entry.address" }),
    column("master", "number", "master", "the index of the bridge that it is in", { criu: "net_device_entry.master" }),
    column(
      "peerIndex",
      "number",
      "other end",
      "the index of the other end of a veth, or of what it is made on; else its own",
      {
        criu: "net_device_entry.peer_ifindex",
        recordedWith: "peerIndex",
      },
    ),
    column("peerNamespace", "number", "namespace of that", "its network namespace: an id in the table of namespaces", {
      criu: "net_device_entry.peer_nsid",
      recordedWith: "peerIndex",
      nothing: "outside the dump",
      notCompared: "renumbered",
      comparedAs: "namespace",
    }),
    column(
      "options",
      "list",
      "options",
      "of its type: the flags and the owner of a tun device, the mode of a macvlan …",
    ),
  ],
};

const SYSCTLS: ResourceSpec = {
  name: "sysctls",
  noun: "kernel setting",
  title: "Kernel settings",
  scope: "image",
  meaning: "The settings of IPC and network namespaces, as `sysctl` lists them.",
  key: ["kind", "name"],
  // Which settings there are depends on the kernel, on the release of CRIU, and on the devices.
  compared: "recorded",
  columns: [
    namespace("IPC or network"),
    column("kind", "text", "kind", "ipc or net"),
    column("name", "text", "name", "net.ipv4.conf.eth0.forwarding, kernel.shmmax …", { escaped: true }),
    column("value", "text", "value", "as `sysctl` prints it", { nothing: "not set" }),
  ],
};

const GROUP_PROPERTIES: ResourceSpec = {
  name: "cgroupproperties",
  noun: "control group property",
  plural: "control group properties",
  title: "Control group properties",
  scope: "image",
  meaning: "Control groups with what they are set to, as the files in their directories have it.",
  key: ["controllers", "path", "property"],
  columns: [
    column("controllers", "text", "controllers", "of the hierarchy; empty for the unified one", {
      criu: "cg_controller_entry.cnames",
    }),
    column("path", "text", "path", "of the group", { criu: "cgroup_dir_entry.dir_name" }),
    column("property", "text", "property", "cpu.max …; null: the group itself", { criu: "cgroup_prop_entry.name" }),
    column("value", "text", "value", "what the file contains", { criu: "cgroup_prop_entry.value" }),
    column("mode", "mode", "mode", "permissions of the file", { criu: "cgroup_perms.mode", recordedWith: "mode" }),
    column("uid", "number", "uid", "the owner", { criu: "cgroup_perms.uid", recordedWith: "mode" }),
    column("gid", "number", "gid", "the owner's group", { criu: "cgroup_perms.gid", recordedWith: "mode" }),
    column("threaded", "flag", "threaded", "whether threads of a task can be in different groups", {
      criu: "cg_controller_entry.is_threaded",
      recordedWith: "threaded",
      minor: true,
    }),
  ],
};

const BINFMT: ResourceSpec = {
  name: "binfmt",
  noun: "binary format",
  title: "Binary formats",
  scope: "image",
  meaning: "The handlers of binfmt_misc.",
  key: ["name"],
  columns: [
    column("name", "text", "name", "under which it is registered", { criu: "binfmt_misc_entry.name" }),
    column("enabled", "flag", "enabled", "whether it is in use", { criu: "binfmt_misc_entry.enabled" }),
    column("interpreter", "text", "interpreter", "the program that runs such files", {
      criu: "binfmt_misc_entry.interpreter",
    }),
    column("flags", "text", "flags", "P, O, C, F", { criu: "binfmt_misc_entry.flags" }),
    column("extension", "text", "extension", "by which files are known", { criu: "binfmt_misc_entry.extension" }),
    column("magic", "text", "magic", "bytes by which files are known", { criu: "binfmt_misc_entry.magic" }),
    column("mask", "text", "mask", "bits of these bytes that count", { criu: "binfmt_misc_entry.mask" }),
    column("offset", "signed", "offset", "where these bytes are", { criu: "binfmt_misc_entry.offset" }),
    column("digest", "text", "digest", "CRC-32 of a handler in a form that is not known", { minor: true }),
  ],
};

const CONTENTS: ResourceSpec = {
  name: "contents",
  noun: "stored file",
  title: "Contents",
  scope: "image",
  meaning:
    "What the image contains of unlinked files and file systems in memory, and parts of it that no other table has. Pages of memory are not listed.",
  key: ["kind", "name"],
  // Which files are unlinked, and what is mounted, are changes of descriptors, open files and mounts.
  compared: "unless reported",
  columns: [
    column("kind", "text", "kind", "unlinked file, tmpfs, apparmor or autofs"),
    column("name", "text", "name", "the path of the file, or the mount point"),
    column("size", "number", "size", "in bytes; of tmpfs that of a tar archive"),
    column("digest", "text", "digest", "CRC-32, to compare it"),
    column("file", "number", "open file", "the unlinked file: an id in `files`", {
      notCompared: "renumbered",
      minor: true,
    }),
  ],
};

const PLUGINS: ResourceSpec = {
  name: "plugins",
  noun: "plugin",
  title: "Plugins",
  scope: "image",
  meaning: "The plugins of CRIU that took part in the dump.",
  key: ["name"],
  columns: [column("name", "text", "name", "as the inventory has it", { criu: "plugins_entry.plugins" })],
};

const CONTAINER: ResourceSpec = {
  name: "container",
  noun: "fact",
  title: "Container",
  scope: "image",
  meaning: "What the image, or a file that a container engine added, says about the image as a whole.",
  key: ["name"],
  compared: "nothing",
  columns: [
    column("name", "text", "name", "what is stated"),
    column("value", "text", "value", "as stated", { escaped: true }),
  ],
};

/** Tables of the image as a whole. */
export const SYSTEM_RESOURCES: readonly ResourceSpec[] = [
  IPC,
  UTS,
  IDMAPS,
  MOUNTS,
  NETDEV,
  ...NETWORK_RESOURCES,
  SYSCTLS,
  GROUP_PROPERTIES,
  BINFMT,
  CONTENTS,
  PLUGINS,
  CONTAINER,
];
