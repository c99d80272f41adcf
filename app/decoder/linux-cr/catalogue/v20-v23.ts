// The dialects from v20's successors to the last one, for kernel 3.0 (March 2010 to March 2012).

import type { DialectSource } from "./dialect-source.ts";
import { CONST_V18, EXIT_STATE, IPC_SHM, PIDS_24_DEPTH, SOCKET, TTY, VMA, WINSIZE } from "./fragments.ts";

export const V20_TO_V23: readonly DialectSource[] = [
  {
    name: "v20-nestedpids",
    date: "2010-03-23",
    rev: 6,
    from: "v19",
    enums: { CKPT_HDR: ["VPIDS after TASK_CREDS"] },
    structs: {
      ckpt_hdr_vpids: "h; s32 nr_vpids",
      ckpt_pids: "s32 vpid, vppid, vtgid, vpgid, vsid, rsid, depth",
    },
  },
  {
    name: "v20-netns",
    date: "2010-03-30",
    rev: 6,
    from: "v20-nestedpids",
    enums: {
      CKPT_HDR: ["NET_NS after SOCKET_INET", "NETDEV after NET_NS", "NETDEV_ADDR after NETDEV"],
      CKPT_OBJ: ["NET_NS after SECURITY", "NETDEV after NET_NS"],
      CKPT_NETDEV: "LO=0 VETH SIT MACVLAN MAX ADDR_IPV4=0",
    },
    structs: {
      ckpt_pids: PIDS_24_DEPTH,
      ckpt_hdr_ns: "h; s32 uts_objref, ipc_objref, net_objref",
      ckpt_hdr_netns: "h; s32 this_ref",
      ckpt_hdr_netdev:
        "h; s32 netns_ref; s32 veth.this_ref, veth.peer_ref; u32 macvlan.mode@12, inet_addrs@20; u16 type, flags; u8 hwaddr[6]",
      ckpt_netdev_addr: "u16 type; be32 inet4_local@8, inet4_address, inet4_mask, inet4_broadcast",
    },
  },
  {
    name: "v21",
    date: "2010-04-01",
    rev: 6,
    from: "v20-netns",
    enums: { CKPT_HDR: ["without VPIDS"] },
    structs: { ckpt_hdr_vpids: null },
  },
  {
    name: "v21-arm",
    date: "2010-06-20",
    rev: 6,
    from: "v21",
    enums: { CKPT_ARCH: ["ARM after PPC64"] },
    arch: {
      arm: {
        ckpt_hdr_header_arch: "h; u32 cpu_architecture; u8 mmu, aeabi, oabi_compat",
        ckpt_hdr_cpu: "h; u32 uregs[18]",
        ckpt_hdr_mm_context: "h; u32 end_brk",
        ckpt_hdr_thread: "h; u32 syscall, tp_value, thumbee_state",
      },
    },
  },
  {
    name: "v23-rc1",
    date: "2011-01-05",
    rev: 6,
    from: "v21-arm",
    enums: {
      CKPT_HDR: ["TASK_SEM_UNDO_LIST after IPC_SEM", "TASK_SEM_UNDO after TASK_SEM_UNDO_LIST"],
      CKPT_OBJ: ["SEM_UNDO after NETDEV"],
      CKPT_ARCH: ["without ARM"],
    },
    structs: {
      ckpt_hdr_fs: "h; u32 umask",
      ckpt_hdr_task: `h; ${EXIT_STATE}, compat_robust_futex_head_len, compat_robust_futex_list, robust_futex_head_len; u64 robust_futex_list, set_child_tid, clear_child_tid, sas_ss_sp; u32 sas_ss_size`,
      ckpt_hdr_task_objs: "h; s32 files_objref, mm_objref, fs_objref, sem_undo_objref, sighand_objref, signal_objref",
      ckpt_hdr_task_sem_undo: "h; u32 semid, semadj_count",
      ckpt_hdr_task_sem_undo_list: "h; u32 count",
      ckpt_hdr_thread: "h; u64 sysenter_return; u32 thread_info_flags; u16 gdt_entry_tls_entries, sizeof_tls_array",
      ckpt_hdr_socket: `h; u8 has_buffers; ${SOCKET}`,
      ckpt_hdr_socket_unix: "h; s32 this, peer, peercred; u32 flags, laddr_len, raddr_len; sockaddr_un laddr, raddr",
      ckpt_siginfo:
        "u32 csi_signo; s32 csi_errno, csi_code; u32 csi_pid, csi_uid; s32 csi_fd; u32 csi_tid, csi_band, csi_overrun, csi_trapno; " +
        "s32 csi_status, csi_int; u64 csi_ptr, csi_utime, csi_stime, csi_addr; s32 csi_sys_private",
    },
  },
  {
    name: "v23-dev-20110110",
    date: "2011-01-10",
    rev: 6,
    from: "v23-rc1",
    enums: { CKPT_ARCH: "X86_32=1 X86_64 S390X", CKPT_VMA: ["without MAX"] },
    structs: {
      ckpt_const: `u16 task_comm_len, at_vector_size, ${CONST_V18}, tty_termios_nccs`,
      ckpt_hdr_tty: `${TTY}; {u32 c_iflag, c_oflag, c_cflag, c_lflag, c_ispeed, c_ospeed; u8 c_line, c_cc[19]} termios; ${WINSIZE}`,
    },
  },
  {
    name: "v23-pids",
    date: "2011-01-25",
    rev: 6,
    from: "v23-dev-20110110",
    enums: { CKPT_HDR: ["PIDS before TREE"], CKPT_OBJ: ["PID before INODE"], CKPT_PID: "NULL=-4096 ROOT=-4097" },
    structs: {
      ckpt_hdr_pids: "h; u32 nr_pids, nr_vpids, offset",
      ckpt_hdr_tree: "h; u32 nr_tasks",
      ckpt_pids: "u32 depth; s32 numbers[1]",
      ckpt_task_pids: "s32 vpid, vppid, vtgid, vpgid, vsid; u32 depth",
    },
  },
  {
    name: "v23-rc2",
    date: "2011-04-16",
    rev: 6,
    from: "v23-pids",
    enums: {
      CKPT_HDR: ["HPAGE after PGARR"],
      CKPT_VMA: ["HUGETLB after SHM_IPC_SKIP", "HUGETLB_SKIP after HUGETLB"],
    },
    structs: {
      ckpt_hdr_hpage: "h; u64 vaddr, index@8; u16 shift",
      ckpt_hdr_ipc_shm: `${IPC_SHM}; u16 shift`,
      ckpt_hdr_task: `h; u32 flags; ${EXIT_STATE}; u64 set_child_tid, clear_child_tid, sas_ss_sp; u32 sas_ss_size, compat_robust_futex_head_len, compat_robust_futex_list, robust_futex_head_len; u64 robust_futex_list`,
      ckpt_hdr_vma: `${VMA}; u16 hugetlb_shift`,
    },
  },
  {
    name: "samsung-3.0",
    date: "2012-03-17",
    rev: 6,
    from: "v23-rc2",
    note: "the last one, for kernel 3.0",
    enums: { CKPT_ARCH: ["ARM after S390X"] },
  },
];
