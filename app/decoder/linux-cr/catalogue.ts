// Every struct and enum of every version of the Linux-CR image, as data. The first entry is the base; each later one
// says what it changed from the one it names. docs/adding-a-dialect.md tells how to add one.
//
// Sources: "[RFC v16][PATCH 09/43] c/r: dump open file descriptors" (2009-05-27) and its series for `seed` and `v16`;
// the mails of v17 and v18; the headers of user-cr's history for the rest. The layouts that gcc computed for all of
// them are in test/fixtures/linux-cr/layouts.json, and a test holds this file against it field by field.

/** What one version of the format changed. */
export interface DialectSource {
  readonly name: string;
  /** When it was posted or committed. */
  readonly date: string;
  /** CHECKPOINT_VERSION, HEADER's `rev`; `null`: not known. */
  readonly rev: number | null;
  /** The dialect that it starts from; absent for the base. */
  readonly from?: string;
  /**
   * Enums by prefix: a list as C has it ("TASK=101 TASK_OBJS" numbers on from 101) replaces the enum; an array of
   * edits changes it: "A after B", "A before B" (A takes over B's explicit number), "A for B", "without A".
   */
  readonly enums?: Readonly<Record<string, string | readonly string[]>>;
  /** Structs in the notation of layout.ts; `null`: not known in this version. */
  readonly structs?: Readonly<Record<string, string | null>>;
  /** Structs of machines other than x86. */
  readonly arch?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The word by which a user may know it better. */
  readonly note?: string;
}

const PIDS_24 = "s32 vpid, vppid, vtgid, vpgid, vsid";
const PIDS_24_DEPTH = "s32 vpid, vppid, vtgid, vpgid, vsid, depth";

const GENERAL_REGISTERS = "h; u64 r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip";
const CPU_V18 = `${GENERAL_REGISTERS}, sp, flags, fs, gs; u16 fsindex, gsindex, cs, ss, ds, es; u32 used_math`;

const UTS_LENGTHS =
  "uts_sysname_len, uts_nodename_len, uts_release_len, uts_version_len, uts_machine_len, uts_domainname_len";
const CONST_V18 = `signal_nsig, ${UTS_LENGTHS}, rlimit_nlimits, n_tty_buf_size`;

const MM_ADDRESSES =
  "start_code, end_code, start_data, end_data, start_brk, brk, start_stack, arg_start, arg_end, env_start, env_end";
const VMA =
  "h; u32 vma_type; s32 vma_objref, ino_objref; u32 _padding; u64 ino_size, vm_start, vm_end, vm_page_prot, vm_flags, vm_pgoff";
const IPC_PERMS = "h; s32 id; u32 key, uid, gid, cuid, cgid, mode, _padding; u64 seq";
const IPC_SHM =
  "h; ckpt_hdr_ipc_perms perms; u64 shm_segsz, shm_atim, shm_dtim, shm_ctim; s32 shm_cprid, shm_lprid; u32 mlock_uid, flags, objref";
const SOCKET =
  "{u64 flags; u8 state} socket; {u32 bound_dev_if, reuse; u16 family; u8 state} sock_common; " +
  "{s64 rcvlowat; u64 flags; s64 rcvtimeo, sndtimeo; u32 err, err_soft, priority; s32 rcvbuf, sndbuf; u16 type; s16 backlog; " +
  "u8 protocol, state, shutdown, userlocks, no_check; linger linger} sock";
const TTY = "h; u16 driver_type, driver_subtype; s32 link_objref, file_objref; u32 _padding, index, ldisc; u64 flags";
const WINSIZE = "{u16 ws_row, ws_col, ws_xpixel, ws_ypixel} winsize";
const EXIT_STATE = "u32 state, exit_state, exit_code, exit_signal, pdeath_signal";

const S390X = {
  ckpt_hdr_header_arch: "h",
  ckpt_hdr_cpu:
    "h; u64 args[1], gprs[16], orig_gpr2; u16 svcnr, ilc; u32 acrs[16]; u64 ieee_instruction_pointer, psw_t_mask, psw_t_addr; " +
    "u32 fpc; u64 fprs[16], per_control_regs[3], starting_addr, ending_addr, address; u16 perc_atmid; " +
    "u8 access_id, single_step, instruction_fetch",
  ckpt_hdr_mm_context: "h; u64 vdso_base; s32 noexec, has_pgste, alloc_pgste; u64 asce_bits, asce_limit",
};

export const DIALECT_SOURCES: readonly DialectSource[] = [
  {
    name: "seed",
    date: "2009-05-27",
    rev: 1,
    note: "RFC v16, patch 09 of 43: open file descriptors",
    enums: {
      CKPT_HDR:
        "HEADER=1 HEADER_ARCH BUFFER STRING OBJREF TASK=101 TASK_OBJS THREAD CPU THREAD_TLS=201 CPU_FPU " +
        "FILE_TABLE=301 FILE_DESC FILE_NAME FILE TAIL=9001 ERROR=9999",
      CKPT_ARCH: "X86_32=1",
      CKPT_OBJ: "IGNORE=0 FILE_TABLE FILE MAX",
      CKPT_FILE: "IGNORE=0 GENERIC MAX",
    },
    structs: {
      ckpt_hdr: "u32 type, len",
      ckpt_hdr_header:
        "h; u64 magic; u16 arch_id, major, minor, patch, rev, uts_release_len, uts_version_len, uts_machine_len; u64 time, uflags",
      ckpt_hdr_header_arch: "h; u16 has_fxsr, has_xsave, xstate_size, _pading",
      ckpt_hdr_tail: "h; u64 magic",
      ckpt_hdr_objref: "h; u32 objtype; s32 objref",
      ckpt_hdr_task: "h; u32 state, exit_state, exit_code, exit_signal, task_comm_len",
      ckpt_hdr_task_objs: "h; s32 files_objref",
      ckpt_hdr_thread: "h; u16 gdt_entry_tls_entries, sizeof_tls_array, ntls",
      ckpt_hdr_cpu: `${GENERAL_REGISTERS}, cs, flags, sp, ss, ds, es, fs, gs, debugreg0, debugreg1, debugreg2, debugreg3, debugreg6, debugreg7; u32 uses_debug, used_math`,
      ckpt_hdr_file_table: "h; s32 fdt_nfds",
      ckpt_hdr_file_desc: "h; s32 fd_objref, fd_descriptor; u32 fd_close_on_exec",
      ckpt_hdr_file: "h; u32 f_type, f_mode, f_flags, _padding; u64 f_pos, f_version",
      ckpt_hdr_file_generic: "ckpt_hdr_file common",
    },
  },
  {
    name: "v16",
    date: "2009-05-27",
    rev: 1,
    from: "seed",
    note: "RFC v16, all 43 patches",
    enums: {
      CKPT_HDR: [
        "TREE before TASK",
        "TASK_NS after TASK",
        "RESTART_BLOCK after TASK_OBJS",
        "NS after CPU",
        "UTS_NS after NS",
        "IPC_NS after UTS_NS",
        "MM_CONTEXT_LDT after CPU_FPU",
        "FILE_PIPE after FILE",
        "MM=401 after FILE_PIPE",
        "VMA after MM",
        "PGARR after VMA",
        "MM_CONTEXT after PGARR",
        "IPC=501 after MM_CONTEXT",
        "IPC_SHM after IPC",
        "IPC_MSG after IPC_SHM",
        "IPC_MSG_MSG after IPC_MSG",
        "IPC_SEM after IPC_MSG_MSG",
      ],
      CKPT_OBJ: ["INODE before FILE_TABLE", "MM after FILE", "NS after MM", "UTS_NS after NS", "IPC_NS after UTS_NS"],
      CKPT_FILE: ["PIPE after GENERIC"],
      CKPT_VMA: "IGNORE=0 VDSO ANON FILE SHM_ANON SHM_ANON_SKIP SHM_FILE SHM_IPC SHM_IPC_SKIP MAX",
    },
    structs: {
      ckpt_hdr_tree: "h; s32 nr_tasks",
      ckpt_hdr_pids: PIDS_24,
      ckpt_hdr_task_ns: "h; s32 ns_objref",
      ckpt_hdr_task_objs: "h; s32 files_objref, mm_objref",
      ckpt_hdr_restart_block: "h; u64 function_type, arg_0, arg_1, arg_2, arg_3, arg_4",
      ckpt_hdr_ns: "h; u32 flags; s32 uts_objref; u32 ipc_objref",
      ckpt_hdr_utsns: "h; u32 nodename_len, domainname_len",
      ckpt_hdr_ipcns:
        "h; u64 shm_ctlmax, shm_ctlall; s32 shm_ctlmni, msg_ctlmax, msg_ctlmnb, msg_ctlmni, sem_ctl_msl, sem_ctl_mns, sem_ctl_opm, sem_ctl_mni",
      ckpt_hdr_ipc: "h; u32 ipc_type, ipc_count",
      ckpt_hdr_file_pipe: "ckpt_hdr_file common; s32 pipe_objref",
      ckpt_hdr_file_pipe_state: "h; s32 pipe_len",
      ckpt_hdr_mm: `h; u32 map_count; s32 exe_objref; u64 ${MM_ADDRESSES}`,
      ckpt_hdr_vma: VMA,
      ckpt_hdr_pgarr: "h; u64 nr_pages",
      ckpt_hdr_mm_context: "h; u64 vdso; u32 ldt_entry_size, nldt",
    },
  },
  {
    name: "v17",
    date: "2009-07-22",
    rev: null,
    from: "v16",
    note: "known in parts",
    enums: {
      CKPT_HDR: [
        "CAPABILITIES after IPC_NS",
        "USER_NS after CAPABILITIES",
        "CRED after USER_NS",
        "USER after CRED",
        "GROUPINFO after USER",
        "TASK_CREDS after GROUPINFO",
        "without THREAD_TLS",
        "SIGHAND=601 after IPC_SEM",
      ],
      CKPT_OBJ: [
        "SIGHAND after MM",
        "USER_NS after IPC_NS",
        "CRED after USER_NS",
        "USER after CRED",
        "GROUPINFO after USER",
      ],
      CKPT_FILE: ["without MAX"],
    },
    structs: {
      ckpt_hdr_const: `u16 task_comm_len, mm_saved_auxv_len, signal_nsig, ${UTS_LENGTHS}`,
      ckpt_hdr_header:
        "h; u64 magic; u16 arch_id, major, minor, patch, rev; ckpt_hdr_const constants; u64 time, uflags",
      ckpt_hdr_header_arch: null,
      ckpt_hdr_cpu: null,
      ckpt_hdr_ipc: null,
      ckpt_hdr_ipcns: null,
      ckpt_hdr_mm: null,
      ckpt_hdr_mm_context: null,
      ckpt_hdr_ns: null,
      ckpt_hdr_restart_block: null,
      ckpt_hdr_task: null,
      ckpt_hdr_thread: null,
      ckpt_hdr_utsns: null,
      ckpt_hdr_sigset: "u8 sigset[8]",
      ckpt_hdr_sigaction: "u64 _sa_handler, sa_flags, sa_restorer; ckpt_hdr_sigset sa_mask",
      ckpt_hdr_sighand: "h; ckpt_hdr_sigaction action[0]",
      ckpt_hdr_task_objs: "h; s32 files_objref, mm_objref, sighand_objref",
      ckpt_hdr_file: "h; u32 f_type, f_mode, f_flags; s32 f_credref; u64 f_pos, f_version",
    },
  },
  {
    name: "v18",
    date: "2009-09-23",
    rev: 2,
    from: "v17",
    enums: {
      CKPT_HDR: [
        "PIPE_BUF for FILE_PIPE",
        "TTY after PIPE_BUF",
        "TTY_LDISC after TTY",
        "SIGNAL after SIGHAND",
        "SIGNAL_TASK after SIGNAL",
        "SIGPENDING after SIGNAL_TASK",
        "SOCKET=701 after SIGPENDING",
        "SOCKET_QUEUE after SOCKET",
        "SOCKET_BUFFER after SOCKET_QUEUE",
        "SOCKET_UNIX after SOCKET_BUFFER",
        "SOCKET_INET after SOCKET_UNIX",
      ],
      CKPT_ARCH: "X86_32=1 S390X PPC32 PPC64",
      CKPT_OBJ: ["SIGNAL after SIGHAND", "SOCK after GROUPINFO", "TTY after SOCK"],
      CKPT_FILE: "IGNORE=0 GENERIC PIPE FIFO SOCKET TTY MAX",
      CKPT_RESTART_BLOCK:
        "NONE=1 HRTIMER_NANOSLEEP POSIX_CPU_NANOSLEEP COMPAT_NANOSLEEP COMPAT_CLOCK_NANOSLEEP POLL FUTEX",
      CKPT_PID: "NULL=-1",
    },
    structs: {
      ckpt_hdr_const: null,
      ckpt_hdr_pids: null,
      ckpt_hdr_sigset: null,
      ckpt_hdr_sigaction: null,
      ckpt_hdr_file_pipe_state: null,
      ckpt_const: `u16 task_comm_len, mm_saved_auxv_len, ${CONST_V18}, tty_termios_ncc`,
      ckpt_pids: PIDS_24,
      ckpt_sigset: "u8 sigset[8]",
      ckpt_sigaction: "u64 _sa_handler, sa_flags, sa_restorer; ckpt_sigset sa_mask",
      ckpt_siginfo: "u32 signo, _errno, code, pid; s32 uid; u32 sigval_int; u64 sigval_ptr, utime, stime",
      ckpt_rlimit: "u64 rlim_cur, rlim_max",
      ckpt_capabilities:
        "u32 cap_i_0, cap_i_1, cap_p_0, cap_p_1, cap_e_0, cap_e_1, cap_b_0, cap_b_1, securebits, padding",
      ckpt_hdr_header: "h; u64 magic; u16 arch_id, major, minor, patch, rev; ckpt_const constants; u64 time, uflags",
      ckpt_hdr_header_arch: "h; u16 has_fxsr, has_xsave, xstate_size, _pading",
      ckpt_hdr_task: `h; ${EXIT_STATE}; u64 set_child_tid, clear_child_tid; u32 compat_robust_futex_head_len, compat_robust_futex_list, robust_futex_head_len; u64 robust_futex_list`,
      ckpt_hdr_task_objs: "h; s32 files_objref, mm_objref, sighand_objref, signal_objref",
      ckpt_hdr_task_creds: "h; s32 cred_ref, ecred_ref",
      ckpt_hdr_thread: "h; u32 thread_info_flags; u16 gdt_entry_tls_entries, sizeof_tls_array",
      ckpt_hdr_restart_block: "h; u64 function_type, arg_0, arg_1, arg_2, arg_3, arg_4",
      ckpt_hdr_cpu: `${CPU_V18}; u64 debugreg0, debugreg1, debugreg2, debugreg3, debugreg6, debugreg7`,
      ckpt_hdr_ns: "h; s32 uts_objref; u32 ipc_objref",
      ckpt_hdr_utsns: "h; char sysname[65], nodename[65], release[65], version[65], machine[65], domainname[65]",
      ckpt_hdr_ipcns:
        "h; u64 shm_ctlmax, shm_ctlall; s32 shm_ctlmni, msg_ctlmax, msg_ctlmnb, msg_ctlmni, sem_ctl_msl, sem_ctl_mns, sem_ctl_opm, sem_ctl_mni",
      ckpt_hdr_ipc: "h; u32 ipc_type, ipc_count",
      ckpt_hdr_ipc_perms: IPC_PERMS,
      ckpt_hdr_ipc_shm: IPC_SHM,
      ckpt_hdr_ipc_msg:
        "h; ckpt_hdr_ipc_perms perms; u64 q_stime, q_rtime, q_ctime, q_cbytes, q_qnum, q_qbytes; s32 q_lspid, q_lrpid",
      ckpt_hdr_ipc_msg_msg: "h; s32 m_type; u32 m_ts",
      ckpt_hdr_ipc_sem: "h; ckpt_hdr_ipc_perms perms; u64 sem_otime, sem_ctime; u32 sem_nsems",
      ckpt_hdr_cred:
        "h; u32 uid, suid, euid, fsuid, gid, sgid, egid, fsgid; s32 user_ref, groupinfo_ref; ckpt_capabilities cap_s",
      ckpt_hdr_user_struct: "h; u32 uid; s32 userns_ref",
      ckpt_hdr_user_ns: "h; s32 creator_ref",
      ckpt_hdr_groupinfo: "h; u32 ngroups, groups[0]",
      ckpt_hdr_mm: `h; u32 map_count; s32 exe_objref; u64 def_flags, flags, ${MM_ADDRESSES}`,
      ckpt_hdr_mm_context: "h; u64 vdso; u32 ldt_entry_size, nldt",
      ckpt_hdr_file_socket: "ckpt_hdr_file common; s32 sock_objref",
      ckpt_hdr_file_tty: "ckpt_hdr_file common; s32 tty_objref",
      ckpt_hdr_sighand: "h; ckpt_sigaction action[0]",
      ckpt_hdr_signal:
        "h; ckpt_rlimit rlim[16]; u64 it_real_value, it_real_incr, it_virt_value, it_virt_incr, it_prof_value, it_prof_incr; s32 tty_objref, tty_pgrp, tty_old_pgrp",
      ckpt_hdr_signal_task: "h; ckpt_sigset blocked",
      ckpt_hdr_sigpending: "h; u32 nr_pending; ckpt_sigset signal; ckpt_siginfo siginfo[0]",
      ckpt_hdr_socket: `h; ${SOCKET}`,
      ckpt_hdr_socket_queue: "h; u32 skb_count, total_bytes",
      ckpt_hdr_socket_buffer: "h; s32 sk_objref, pr_objref",
      ckpt_hdr_socket_unix:
        "h; s32 this, peer; u32 peercred_uid, peercred_gid, flags, laddr_len, raddr_len; sockaddr_un laddr, raddr",
      ckpt_hdr_socket_inet: "h; u32 laddr_len, raddr_len; sockaddr_in laddr, raddr",
      ckpt_hdr_tty: `${TTY}; {u16 c_iflag, c_oflag, c_cflag, c_lflag; u8 c_line, c_cc[8]} termios; ${WINSIZE}`,
      ckpt_hdr_ldisc_n_tty:
        "h; u32 column, datalen, canon_column, canon_datalen, canon_data; u16 minimum_to_wake; " +
        "u8 stopped, hw_stopped, flow_stopped, packet, ctrl_status, lnext, erasing, raw, real_raw, icanon, closing, padding[3], read_flags[512]",
    },
    arch: { s390x: S390X, powerpc: { ckpt_hdr_header_arch: "h; u32 what" } },
  },
  {
    name: "v19-dev-20091025",
    date: "2009-10-25",
    rev: 3,
    from: "v18",
    enums: { CKPT_HDR: ["CONTAINER after HEADER_ARCH"] },
    structs: { ckpt_hdr_container: "h" },
  },
  {
    name: "v19-dev-20091104",
    date: "2009-11-04",
    rev: 3,
    from: "v19-dev-20091025",
    enums: { CKPT_HDR: ["EPOLL_ITEMS after TTY_LDISC"], CKPT_FILE: ["EPOLL after TTY", "EVENTFD after EPOLL"] },
    structs: {
      ckpt_eventpoll_item: "u64 data; u32 fd; s32 file_objref; u32 events",
      ckpt_hdr_eventpoll_items: "h; s32 epfile_objref; u32 num_items",
      ckpt_hdr_file_eventfd: "ckpt_hdr_file common; u64 count; u32 flags",
    },
  },
  {
    name: "v19-dev-20091116",
    date: "2009-11-16",
    rev: 4,
    from: "v19-dev-20091104",
    enums: {
      CKPT_HDR: ["LSM_INFO after OBJREF", "SECURITY after LSM_INFO"],
      CKPT_OBJ: ["SECURITY_PTR after TTY", "SECURITY after SECURITY_PTR"],
    },
    structs: {
      ckpt_hdr_lsm: "h; s32 ptrref; u8 sectype",
      ckpt_hdr_file: "h; u32 f_type, f_mode, f_flags; s32 f_credref; u64 f_pos, f_version; s32 f_secref",
      ckpt_hdr_cred:
        "h; u32 uid, suid, euid, fsuid, gid, sgid, egid, fsgid; s32 user_ref, groupinfo_ref, sec_ref; ckpt_capabilities cap_s",
      ckpt_hdr_ipc_perms: `${IPC_PERMS}; s32 sec_ref`,
      ckpt_hdr_ipc_msg_msg: "h; s32 m_type; u32 m_ts; s32 sec_ref",
    },
  },
  {
    name: "v19-rc2",
    date: "2009-12-01",
    rev: 4,
    from: "v19-dev-20091116",
    enums: { CKPT_HDR: ["SOCKET_FRAG after SOCKET_BUFFER"] },
    structs: {
      ckpt_hdr_socket_buffer:
        "h; u32 transport_header, network_header, mac_header, lin_len, frg_len, skb_len, hdr_len, mac_len, data_offset; " +
        "s32 sk_objref, pr_objref; u16 protocol, nr_frags; u8 cb[48]",
      ckpt_hdr_socket_buffer_frag: "h; u32 size, offset",
      ckpt_hdr_socket_inet:
        "h; u32 daddr, rcv_saddr, saddr; u16 dport, num, sport; s16 uc_ttl; u16 cmsg_flags; " +
        "{u64 timeout; u32 ato, lrcvtime; u16 last_seg_size, rcv_mss; u8 pending, quick, pingpong, blocked} icsk_ack; " +
        "{u32 rcv_nxt, copied_seq, rcv_wup, snd_nxt, snd_una, snd_sml, rcv_tstamp, lsndtime, snd_wl1, snd_wnd, max_window, " +
        "mss_cache, window_clamp, rcv_ssthresh, frto_highmark, srtt, mdev, mdev_max, rttvar, rtt_seq, packets_out, retrans_out, " +
        "snd_up, rcv_wnd, write_seq, pushed_seq, lost_out, sacked_out, fackets_out, tso_deferred, bytes_acked; s32 lost_cnt_hint; " +
        "u32 retransmit_high, lost_retrans_low, prior_ssthresh, high_seq, retrans_stamp, undo_marker; s32 undo_retrans; " +
        "u32 total_retrans, urg_seq, keepalive_time, keepalive_intvl; u16 urg_data, advmss; " +
        "u8 frto_counter, nonagle, ecn_flags, reordering, keepalive_probes} tcp; " +
        "{in6_addr saddr, rcv_saddr, daddr} inet6; u32 laddr_len, raddr_len; sockaddr_in laddr, raddr",
    },
  },
  {
    name: "v19-rc2-x86_64",
    date: "2009-12-06",
    rev: 4,
    from: "v19-rc2",
    enums: { CKPT_ARCH: ["X86_64 after PPC64"] },
  },
  {
    name: "v19-rc3",
    date: "2010-02-05",
    rev: 5,
    from: "v19-rc2-x86_64",
    enums: {
      CKPT_HDR: ["MNT_NS after IPC_NS", "FS=451 after MM_CONTEXT"],
      CKPT_ARCH: "X86_32=1 X86_64 S390X PPC32 PPC64",
      CKPT_OBJ: ["FS after MM", "MNT_NS after IPC_NS"],
    },
    structs: {
      ckpt_hdr_cpu: CPU_V18,
      ckpt_hdr_fs: "h",
      ckpt_hdr_ns: "h; s32 uts_objref, ipc_objref",
      ckpt_hdr_ipc_msg_msg: "h; s64 m_type; u32 m_ts; s32 sec_ref",
      ckpt_hdr_task_objs: "h; s32 files_objref, mm_objref, fs_objref, sighand_objref, signal_objref",
    },
  },
  {
    name: "v19",
    date: "2010-02-22",
    rev: 5,
    from: "v19-rc3",
    note: "v19 and v20",
    structs: {
      ckpt_const: `u16 task_comm_len, at_vector_size, ${CONST_V18}, tty_termios_ncc`,
      ckpt_hdr_task: `h; ${EXIT_STATE}, compat_robust_futex_head_len, compat_robust_futex_list, robust_futex_head_len; u64 robust_futex_list, set_child_tid, clear_child_tid`,
    },
    arch: { s390x: { ckpt_hdr_thread: "h; u64 thread_info_flags" } },
  },
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

/** Records whose struct is not called after their type in lower case. `null`: the payload is opaque. */
export const STRUCT_OF_RECORD: Readonly<Record<string, string | null>> = {
  BUFFER: null,
  STRING: null,
  FILE_NAME: null,
  LSM_INFO: null,
  ERROR: null,
  CPU_FPU: null,
  THREAD_TLS: null,
  MM_CONTEXT_LDT: null,
  PIPE_BUF: null,
  FILE_PIPE: "ckpt_hdr_file_pipe_state",
  TTY_LDISC: "ckpt_hdr_ldisc_n_tty",
  EPOLL_ITEMS: "ckpt_hdr_eventpoll_items",
  UTS_NS: "ckpt_hdr_utsns",
  IPC_NS: "ckpt_hdr_ipcns",
  NET_NS: "ckpt_hdr_netns",
  USER: "ckpt_hdr_user_struct",
  SOCKET_FRAG: "ckpt_hdr_socket_buffer_frag",
  SECURITY: "ckpt_hdr_lsm",
  CAPABILITIES: null,
  MNT_NS: null,
  NETDEV_ADDR: null,
};

/** The struct of a FILE record, by the name of its f_type. Kinds that are not here have the common part alone. */
export const STRUCT_OF_FILE: Readonly<Record<string, string>> = {
  GENERIC: "ckpt_hdr_file_generic",
  PIPE: "ckpt_hdr_file_pipe",
  FIFO: "ckpt_hdr_file_pipe",
  SOCKET: "ckpt_hdr_file_socket",
  TTY: "ckpt_hdr_file_tty",
  EVENTFD: "ckpt_hdr_file_eventfd",
};
