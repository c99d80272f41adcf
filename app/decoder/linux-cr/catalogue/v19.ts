// The development versions of v19 and v19 itself, which v20 kept (October 2009 to February 2010).

import type { DialectSource } from "./dialect-source.ts";
import { CONST_V18, CPU_V18, EXIT_STATE, IPC_PERMS } from "./fragments.ts";

export const V19: readonly DialectSource[] = [
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
];
