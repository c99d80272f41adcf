// CRIU's image messages (protobuf, proto2), enums and magics, as data. One line for each message; other fields are
// skipped. Source: the .proto files of CRIU 4.2; the messages of all releases since 0.4 are subsets of them.

/** One field of a message. `type` is a protobuf scalar, an enum or a message, known here or not. */
export interface FieldSpec {
  readonly number: number;
  readonly name: string;
  readonly type: string;
  readonly label: "required" | "optional" | "repeated";
  /** CRIU 4.2 does not have the field. */
  readonly newer?: true;
}

// `number name type`, then `?` for optional, `*` for repeated, nothing for required.
const LINES = {
  plugins_entry: "12 plugins string*",
  inventory_entry:
    "1 img_version uint32, 2 fdinfo_per_id bool?, 3 root_ids task_kobj_ids_entry?, 4 ns_per_id bool?, 5 root_cg_set uint32?, 6 lsmtype lsmtype?, 8 dump_uptime uint64?, 9 pre_dump_mode uint32?, 10 tcp_close bool?, 11 network_lock_method uint32?, 12 plugins_entry plugins_entry?, 13 dump_criu_run_id string?, 14 allow_uprobes bool?",
  pstree_entry: "1 pid uint32, 2 ppid uint32, 3 pgid uint32, 4 sid uint32, 5 threads uint32*",
  task_core_entry:
    "1 task_state uint32, 2 exit_code uint32, 3 personality uint32, 4 flags uint32, 5 blk_sigset uint64, 6 comm string, 7 timers task_timers_entry?, 8 rlimits task_rlimits_entry?, 9 cg_set uint32?, 10 signals_s signal_queue_entry?, 11 old_seccomp_mode seccomp_mode?, 12 old_seccomp_filter uint32?, 13 loginuid uint32?, 14 oom_score_adj int32?, 15 sigactions sa_entry*, 18 child_subreaper bool?, 20 blk_sigset_extended uint64?, 21 stop_signo uint32?, 22 membarrier_registration_mask uint32?",
  task_kobj_ids_entry:
    "1 vm_id uint32, 2 files_id uint32, 3 fs_id uint32, 4 sighand_id uint32, 5 pid_ns_id uint32?, 6 net_ns_id uint32?, 7 ipc_ns_id uint32?, 8 uts_ns_id uint32?, 9 mnt_ns_id uint32?, 10 user_ns_id uint32?, 11 cgroup_ns_id uint32?, 12 time_ns_id uint32?",
  thread_sas_entry: "1 ss_sp uint64, 2 ss_size uint64, 3 ss_flags uint32",
  thread_core_entry:
    "1 futex_rla uint64, 2 futex_rla_len uint32, 3 sched_nice sint32?, 4 sched_policy uint32?, 5 sched_prio uint32?, 6 blk_sigset uint64?, 7 sas thread_sas_entry?, 8 pdeath_sig uint32?, 9 signals_p signal_queue_entry?, 10 creds creds_entry?, 11 seccomp_mode seccomp_mode?, 12 seccomp_filter uint32?, 13 comm string?, 14 blk_sigset_extended uint64?, 15 rseq_entry rseq_entry?, 16 cg_set uint32?",
  task_rlimits_entry: "1 rlimits rlimit_entry*",
  core_entry:
    "1 mtype march, 2 thread_info thread_info_x86?, 3 tc task_core_entry?, 4 ids task_kobj_ids_entry?, 5 thread_core thread_core_entry?, 6 ti_arm thread_info_arm?, 8 ti_aarch64 thread_info_aarch64?, 9 ti_ppc64 thread_info_ppc64?, 10 ti_s390 thread_info_s390?, 11 ti_mips thread_info_mips?, 12 ti_loongarch64 thread_info_loongarch64?, 13 ti_riscv64 thread_info_riscv64?",
  user_x86_regs_entry:
    "1 r15 uint64, 2 r14 uint64, 3 r13 uint64, 4 r12 uint64, 5 bp uint64, 6 bx uint64, 7 r11 uint64, 8 r10 uint64, 9 r9 uint64, 10 r8 uint64, 11 ax uint64, 12 cx uint64, 13 dx uint64, 14 si uint64, 15 di uint64, 16 orig_ax uint64, 17 ip uint64, 18 cs uint64, 19 flags uint64, 20 sp uint64, 21 ss uint64, 22 fs_base uint64, 23 gs_base uint64, 24 ds uint64, 25 es uint64, 26 fs uint64, 27 gs uint64, 28 mode user_x86_regs_mode?",
  user_x86_cet_entry: "1 cet uint64, 2 ssp uint64",
  user_x86_xsave_entry:
    "1 xstate_bv uint64, 2 ymmh_space uint32*, 3 bndreg_state uint64*, 4 bndcsr_state uint64*, 5 opmask_reg uint64*, 6 zmm_upper uint64*, 7 hi16_zmm uint64*, 8 pkru uint32*, 9 cet user_x86_cet_entry?",
  user_x86_fpregs_entry:
    "1 cwd uint32, 2 swd uint32, 3 twd uint32, 4 fop uint32, 5 rip uint64, 6 rdp uint64, 7 mxcsr uint32, 8 mxcsr_mask uint32, 9 st_space uint32*, 10 xmm_space uint32*, 11 padding uint32*, 13 xsave user_x86_xsave_entry?",
  user_desc_t:
    "1 entry_number uint32, 2 base_addr uint32, 3 limit uint32, 4 seg_32bit bool, 5 contents_h bool, 6 contents_l bool, 7 read_exec_only bool, 8 limit_in_pages bool, 9 seg_not_present bool, 10 usable bool",
  thread_info_x86:
    "1 clear_tid_addr uint64, 2 gpregs user_x86_regs_entry, 3 fpregs user_x86_fpregs_entry, 4 tls user_desc_t*",
  user_aarch64_regs_entry: "1 regs uint64*, 2 sp uint64, 3 pc uint64, 4 pstate uint64",
  user_aarch64_fpsimd_context_entry: "1 vregs uint64*, 2 fpsr uint32, 3 fpcr uint32",
  thread_info_aarch64:
    "1 clear_tid_addr uint64, 2 tls uint64, 3 gpregs user_aarch64_regs_entry, 4 fpsimd user_aarch64_fpsimd_context_entry, 5 pac_keys pac_keys?",
  fdinfo_entry: "1 id uint32, 2 flags uint32, 3 type fd_types, 4 fd uint32, 5 xattr_security_selinux string?",
  file_entry:
    "1 type fd_types, 2 id uint32, 3 reg reg_file_entry?, 4 isk inet_sk_entry?, 5 nsf ns_file_entry?, 6 psk packet_sock_entry?, 7 nlsk netlink_sk_entry?, 8 efd eventfd_file_entry?, 9 epfd eventpoll_file_entry?, 10 sgfd signalfd_entry?, 11 tunf tunfile_entry?, 12 tfd timerfd_entry?, 13 ify inotify_file_entry?, 14 ffy fanotify_file_entry?, 15 ext ext_file_entry?, 16 usk unix_sk_entry?, 17 fifo fifo_entry?, 18 pipe pipe_entry?, 19 tty tty_file_entry?, 20 memfd memfd_file_entry?, 21 bpf bpfmap_file_entry?, 22 pidfd pidfd_entry?",
  reg_file_entry:
    "1 id uint32, 2 flags uint32, 3 pos uint64, 5 fown fown_entry, 6 name string, 7 mnt_id sint32?, 8 size uint64?, 9 ext bool?, 10 mode uint32?, 11 build_id uint32*, 12 checksum uint32?, 13 checksum_config uint32?, 14 checksum_parameter uint32?",
  fifo_entry: "1 id uint32, 2 pipe_id uint32, 3 regf_id uint32?",
  pipe_entry: "1 id uint32, 2 pipe_id uint32, 3 flags uint32, 4 fown fown_entry",
  pipe_data_entry: "1 pipe_id uint32, 2 bytes uint32, 3 size uint32?",
  ip_opts_raw_entry: "1 hdrincl bool?, 2 nodefrag bool?, 3 checksum bool?, 4 icmpv_filter uint32*",
  ip_opts_entry: "1 freebind bool?, 4 raw ip_opts_raw_entry?, 5 pktinfo bool?, 6 tos uint32?, 7 ttl uint32?",
  inet_sk_entry:
    "1 id uint32, 2 ino uint32, 3 family uint32, 4 type uint32, 5 proto uint32, 6 state uint32, 7 src_port uint32, 8 dst_port uint32, 9 flags uint32, 10 backlog uint32, 11 src_addr uint32*, 12 dst_addr uint32*, 13 fown fown_entry, 14 opts sk_opts_entry, 15 v6only bool?, 16 ip_opts ip_opts_entry?, 17 ifname string?, 18 ns_id uint32?, 19 shutdown sk_shutdown?, 20 tcp_opts tcp_opts_entry?",
  file_perms_entry: "1 mode uint32, 2 uid uint32, 3 gid uint32",
  unix_sk_entry:
    "1 id uint32, 2 ino uint32, 3 type uint32, 4 state uint32, 5 flags uint32, 6 uflags uint32, 7 backlog uint32, 8 peer uint32, 9 fown fown_entry, 10 opts sk_opts_entry, 11 name bytes, 12 shutdown sk_shutdown?, 13 file_perms file_perms_entry?, 14 name_dir string?, 15 deleted bool?, 16 ns_id uint32?, 17 mnt_id sint32?",
  sk_ucred_entry: "1 uid uint32, 2 gid uint32, 3 pid uint32",
  scm_entry: "1 type uint32, 2 rights uint32*",
  sk_packet_entry: "1 id_for uint32, 2 length uint32, 4 scm scm_entry*",
  netlink_sk_entry:
    "1 id uint32, 2 ino uint32, 3 protocol uint32, 4 state uint32, 6 flags uint32, 7 portid uint32, 8 groups uint32*, 9 dst_portid uint32, 10 dst_group uint32, 11 fown fown_entry, 12 opts sk_opts_entry, 13 ns_id uint32?",
  packet_mclist: "1 index uint32, 2 type uint32, 3 addr bytes",
  packet_ring:
    "1 block_size uint32, 2 block_nr uint32, 3 frame_size uint32, 4 frame_nr uint32, 5 retire_tmo uint32, 6 sizeof_priv uint32, 7 features uint32",
  packet_sock_entry:
    "1 id uint32, 2 type uint32, 3 protocol uint32, 4 flags uint32, 5 ifindex uint32, 6 fown fown_entry, 7 opts sk_opts_entry, 8 version uint32, 9 reserve uint32, 10 aux_data bool, 11 orig_dev bool, 12 vnet_hdr bool, 13 loss bool, 14 timestamp uint32, 15 copy_thresh uint32, 16 mclist packet_mclist*, 17 fanout uint32?, 18 rx_ring packet_ring?, 19 tx_ring packet_ring?, 20 ns_id uint32?",
  sk_opts_entry:
    "1 so_sndbuf uint32, 2 so_rcvbuf uint32, 3 so_snd_tmo_sec uint64, 4 so_snd_tmo_usec uint64, 5 so_rcv_tmo_sec uint64, 6 so_rcv_tmo_usec uint64, 7 reuseaddr bool?, 8 so_priority uint32?, 9 so_rcvlowat uint32?, 10 so_mark uint32?, 11 so_passcred bool?, 12 so_passsec bool?, 13 so_dontroute bool?, 14 so_no_check bool?, 15 so_bound_dev string?, 16 so_filter fixed64*, 17 so_reuseport bool?, 18 so_broadcast bool?, 19 so_keepalive bool?, 20 tcp_keepcnt uint32?, 21 tcp_keepidle uint32?, 22 tcp_keepintvl uint32?, 23 so_oobinline uint32?, 24 so_linger uint32?, 25 so_buf_lock uint32?",
  eventfd_file_entry: "1 id uint32, 2 flags uint32, 3 fown fown_entry, 4 counter uint64",
  eventpoll_tfd_entry:
    "1 id uint32, 2 tfd uint32, 3 events uint32, 4 data uint64, 5 dev uint32?, 6 inode uint64?, 7 pos uint64?",
  eventpoll_file_entry: "1 id uint32, 2 flags uint32, 3 fown fown_entry, 4 tfd eventpoll_tfd_entry*",
  signalfd_entry: "1 id uint32, 2 flags uint32, 3 fown fown_entry, 4 sigmask uint64",
  inotify_wd_entry:
    "1 id uint32, 2 i_ino uint64, 3 mask uint32, 4 ignored_mask uint32, 5 s_dev uint32, 6 wd uint32, 7 f_handle fh_entry",
  inotify_file_entry: "1 id uint32, 2 flags uint32, 4 fown fown_entry, 5 wd inotify_wd_entry*",
  fanotify_inode_mark_entry: "1 i_ino uint64, 2 f_handle fh_entry",
  fanotify_mount_mark_entry: "1 mnt_id uint32, 2 path string?",
  fanotify_mark_entry:
    "1 id uint32, 2 type mark_type, 3 mflags uint32, 4 mask uint32, 5 ignored_mask uint32, 6 s_dev uint32, 7 ie fanotify_inode_mark_entry?, 8 me fanotify_mount_mark_entry?",
  fanotify_file_entry:
    "1 id uint32, 2 flags uint32, 3 fown fown_entry, 4 faflags uint32, 5 evflags uint32, 6 mark fanotify_mark_entry*",
  timerfd_entry:
    "1 id uint32, 2 flags uint32, 3 fown fown_entry, 4 clockid uint32, 5 ticks uint64, 6 settime_flags uint32, 7 vsec uint64, 8 vnsec uint64, 9 isec uint64, 10 insec uint64",
  memfd_file_entry: "1 id uint32, 2 flags uint32, 3 pos uint64, 4 fown fown_entry, 5 inode_id uint32",
  memfd_inode_entry:
    "1 name string, 2 uid uint32, 3 gid uint32, 4 size uint64, 5 shmid uint32, 6 seals uint32, 7 inode_id uint64, 8 hugetlb_flag uint32?, 9 mode uint32?",
  winsize_entry: "1 ws_row uint32, 2 ws_col uint32, 3 ws_xpixel uint32, 4 ws_ypixel uint32",
  termios_entry:
    "1 c_iflag uint32, 2 c_oflag uint32, 3 c_cflag uint32, 4 c_lflag uint32, 5 c_line uint32, 6 c_ispeed uint32, 7 c_ospeed uint32, 8 c_cc uint32*",
  tty_pty_entry: "1 index uint32",
  tty_data_entry: "1 tty_id uint32, 2 data bytes",
  tty_info_entry:
    "1 id uint32, 2 type TtyType, 3 locked bool, 4 exclusive bool, 5 packet_mode bool, 6 sid uint32, 7 pgrp uint32, 8 rdev uint32, 9 termios termios_entry?, 10 termios_locked termios_entry?, 11 winsize winsize_entry?, 12 pty tty_pty_entry?, 13 dev uint32?, 14 uid uint32?, 15 gid uint32?",
  tty_file_entry: "1 id uint32, 2 tty_info_id uint32, 3 flags uint32, 4 fown fown_entry, 6 regf_id uint32?",
  tunfile_entry: "1 id uint32, 2 netdev string?, 3 detached bool?, 4 ns_id uint32?",
  ns_file_entry: "1 id uint32, 2 ns_id uint32, 3 ns_cflag uint32, 4 flags uint32",
  bpfmap_file_entry:
    "1 id uint32, 2 flags uint32, 3 pos uint64, 4 fown fown_entry, 5 map_type uint32, 6 key_size uint32, 7 value_size uint32, 8 map_id uint32, 9 max_entries uint32, 10 map_flags uint32, 11 memlock uint64, 12 frozen bool, 13 map_name string, 14 ifindex uint32, 15 mnt_id sint32?, 16 map_extra uint64?",
  // ino is 32 bits wide up to CRIU 4.2; on the wire that is the same.
  pidfd_entry: "1 id uint32, 2 ino uint64, 3 flags uint32, 4 nspid int32, 5 fown fown_entry",
  ext_file_entry: "1 id uint32, 5 fown fown_entry",
  fown_entry: "1 uid uint32, 2 euid uint32, 3 signum uint32, 4 pid_type uint32, 5 pid uint32",
  fs_entry: "1 cwd_id uint32, 2 root_id uint32, 3 umask uint32?",
  aio_ring_entry: "1 id uint64, 2 nr_req uint32, 3 ring_len uint32",
  mm_entry:
    "1 mm_start_code uint64, 2 mm_end_code uint64, 3 mm_start_data uint64, 4 mm_end_data uint64, 5 mm_start_stack uint64, 6 mm_start_brk uint64, 7 mm_brk uint64, 8 mm_arg_start uint64, 9 mm_arg_end uint64, 10 mm_env_start uint64, 11 mm_env_end uint64, 12 exe_file_id uint32, 13 mm_saved_auxv uint64*, 14 vmas vma_entry*, 15 dumpable int32?, 16 aios aio_ring_entry*, 17 thp_disabled bool?",
  vma_entry:
    "1 start uint64, 2 end uint64, 3 pgoff uint64, 4 shmid uint64, 5 prot uint32, 6 flags uint32, 7 status uint32, 8 fd sint64, 9 madv uint64?, 10 fdflags uint32?",
  pagemap_head: "1 pages_id uint32",
  pagemap_entry: "1 vaddr uint64, 2 compat_nr_pages uint32, 3 in_parent bool?, 4 flags uint32?, 5 nr_pages uint64?",
  remap_file_path_entry: "1 orig_id uint32, 2 remap_id uint32, 3 remap_type remap_type?",
  ghost_file_entry:
    "1 uid uint32, 2 gid uint32, 3 mode uint32, 4 dev uint32?, 5 ino uint64?, 6 rdev uint32?, 7 atim timeval?, 8 mtim timeval?, 9 chunks bool?, 10 size uint64?, 11 symlnk_target string?",
  ghost_chunk_entry: "1 len uint64, 2 off uint64",
  mnt_entry:
    "1 fstype uint32, 2 mnt_id uint32, 3 root_dev uint32, 4 parent_mnt_id uint32, 5 flags uint32, 6 root string, 7 mountpoint string, 8 source string, 9 options string, 10 shared_id uint32?, 11 master_id uint32?, 12 with_plugin bool?, 13 ext_mount bool?, 14 fsname string?, 15 internal_sharing bool?, 16 deleted bool?, 17 sb_flags uint32?, 18 ext_key string?",
  file_lock_entry: "1 flag uint32, 2 type uint32, 3 pid int32, 4 fd int32, 5 start int64, 6 len int64",
  rlimit_entry: "1 cur uint64, 2 max uint64",
  creds_entry:
    "1 uid uint32, 2 gid uint32, 3 euid uint32, 4 egid uint32, 5 suid uint32, 6 sgid uint32, 7 fsuid uint32, 8 fsgid uint32, 9 cap_inh uint32*, 10 cap_prm uint32*, 11 cap_eff uint32*, 12 cap_bnd uint32*, 13 secbits uint32, 14 groups uint32*, 15 lsm_profile string?, 16 lsm_sockcreate string?, 17 apparmor_data bytes?, 18 no_new_privs uint32?, 19 cap_amb uint32*",
  dump_stats_entry:
    "1 freezing_time uint32, 2 frozen_time uint32, 3 memdump_time uint32, 4 memwrite_time uint32, 5 pages_scanned uint64, 6 pages_skipped_parent uint64, 7 pages_written uint64, 8 irmap_resolve uint32?, 9 pages_lazy uint64, 10 page_pipes uint64?, 11 page_pipe_bufs uint64?, 12 shpages_scanned uint64?, 13 shpages_skipped_parent uint64?, 14 shpages_written uint64?",
  restore_stats_entry:
    "1 pages_compared uint64, 2 pages_skipped_cow uint64, 3 forking_time uint32, 4 restore_time uint32, 5 pages_restored uint64?",
  stats_entry: "1 dump dump_stats_entry?, 2 restore restore_stats_entry?",
  utsns_entry: "1 nodename string, 2 domainname string",
  itimer_entry: "1 isec uint64, 2 iusec uint64, 3 vsec uint64, 4 vusec uint64",
  posix_timer_entry:
    "1 it_id uint32, 2 clock_id uint32, 3 si_signo uint32, 4 it_sigev_notify uint32, 5 sival_ptr uint64, 6 overrun uint32, 7 isec uint64, 8 insec uint64, 9 vsec uint64, 10 vnsec uint64, 11 notify_thread_id int32?",
  task_timers_entry: "1 real itimer_entry, 2 virt itimer_entry, 3 prof itimer_entry, 4 posix posix_timer_entry*",
  sa_entry:
    "1 sigaction uint64, 2 flags uint64, 3 restorer uint64, 4 mask uint64, 5 compat_sigaction bool?, 6 mask_extended uint64?",
  siginfo_entry: "1 siginfo bytes",
  signal_queue_entry: "1 signals siginfo_entry*",
  rseq_entry: "1 rseq_abi_pointer uint64, 2 rseq_abi_size uint32, 3 signature uint32, 4 rseq_cs uint64?",
  cgroup_perms: "1 mode uint32, 2 uid uint32, 3 gid uint32",
  cgroup_prop_entry: "1 name string, 2 value string, 3 perms cgroup_perms?",
  cgroup_dir_entry:
    "1 dir_name string, 2 children cgroup_dir_entry*, 3 properties cgroup_prop_entry*, 4 dir_perms cgroup_perms?",
  cg_controller_entry: "1 cnames string*, 2 dirs cgroup_dir_entry*, 3 is_threaded bool?",
  cg_member_entry: "1 name string, 2 path string, 3 cgns_prefix uint32?",
  cg_set_entry: "1 id uint32, 2 ctls cg_member_entry*",
  cgroup_entry: "1 sets cg_set_entry*, 2 controllers cg_controller_entry*",
  seccomp_filter: "1 filter bytes, 2 prev uint32?, 3 flags uint32?",
  seccomp_entry: "1 seccomp_filters seccomp_filter*",
  binfmt_misc_entry:
    "1 name string, 2 enabled bool, 3 interpreter string, 4 flags string?, 5 extension string?, 6 magic string?, 7 mask string?, 8 offset int32?",
  pidns_entry: "1 ext_key string?",
  uid_gid_extent: "1 first uint32, 2 lower_first uint32, 3 count uint32",
  userns_entry: "1 uid_map uid_gid_extent*, 2 gid_map uid_gid_extent*",
  timespec: "1 tv_sec uint64, 2 tv_nsec uint64",
  timeval: "1 tv_sec uint64, 2 tv_usec uint64",
  timens_entry: "1 monotonic timespec, 2 boottime timespec",
  ipc_desc_entry: "1 key uint32, 2 uid uint32, 3 gid uint32, 4 cuid uint32, 5 cgid uint32, 6 mode uint32, 7 id uint32",
  ipc_shm_entry: "1 desc ipc_desc_entry, 2 size uint64, 3 in_pagemaps bool?, 4 hugetlb_flag uint32?",
  ipc_sem_entry: "1 desc ipc_desc_entry, 2 nsems uint32",
  ipc_msg: "1 mtype uint64, 2 msize uint32",
  ipc_msg_entry: "1 desc ipc_desc_entry, 2 qbytes uint32, 3 qnum uint32",
  ipc_var_entry:
    "1 sem_ctls uint32*, 2 msg_ctlmax uint32, 3 msg_ctlmnb uint32, 4 msg_ctlmni uint32, 5 auto_msgmni uint32, 6 shm_ctlmax uint64, 7 shm_ctlall uint64, 8 shm_ctlmni uint32, 9 shm_rmid_forced uint32, 10 mq_queues_max uint32, 11 mq_msg_max uint32, 12 mq_msgsize_max uint32, 13 mq_msg_default uint32?, 14 mq_msgsize_default uint32?, 15 msg_next_id uint32?, 16 sem_next_id uint32?, 17 shm_next_id uint32?",
  net_device_entry:
    "1 type nd_type, 2 ifindex uint32, 3 mtu uint32, 4 flags uint32, 5 name string, 6 tun tun_link_entry?, 7 address bytes?, 8 conf int32*, 9 conf4 sysctl_entry*, 10 conf6 sysctl_entry*, 11 macvlan macvlan_link_entry?, 12 peer_ifindex uint32?, 13 peer_nsid uint32?, 14 master uint32?, 15 sit sit_entry?",
  tun_link_entry: "1 flags uint32, 2 owner int32, 3 group int32, 4 vnethdr uint32, 5 sndbuf uint32",
  macvlan_link_entry: "1 mode uint32, 2 flags uint32?",
  sit_entry:
    "1 link uint32?, 2 local uint32*, 3 remote uint32*, 4 ttl uint32?, 5 tos uint32?, 6 pmtudisc bool?, 7 proto uint32?, 8 flags uint32?, 9 encap_type uint32?, 10 encap_flags uint32?, 11 encap_sport uint32?, 12 encap_dport uint32?, 13 rd_prefixlen uint32?, 14 rd_prefix uint32*, 15 relay_prefixlen uint32?, 16 relay_prefix uint32*",
  sysctl_entry: "1 type sysctl_type, 2 iarg int32?, 3 sarg string?",
  netns_id: "1 target_ns_id uint32, 2 netnsid_value int32",
  netns_entry:
    "1 def_conf int32*, 2 all_conf int32*, 3 def_conf4 sysctl_entry*, 4 all_conf4 sysctl_entry*, 5 def_conf6 sysctl_entry*, 6 all_conf6 sysctl_entry*, 7 nsids netns_id*, 8 ext_key string?, 9 unix_conf sysctl_entry*, 10 ipv4_sysctl sysctl_entry*",
  fh_entry: "1 bytes uint32, 2 type uint32, 3 handle uint64*, 4 path string?, 5 mnt_id uint32?",
  irmap_cache_entry: "1 dev uint32, 2 inode uint64, 3 path string",
  bpfmap_data_entry: "1 map_id uint32, 2 keys_bytes uint32, 3 values_bytes uint32, 4 count uint32",
  tcp_opts_entry: "1 cork bool?, 2 nodelay bool?, 3 keepcnt uint32?, 4 keepidle uint32?, 5 keepintvl uint32?",
  tcp_stream_entry:
    "1 inq_len uint32, 2 inq_seq uint32, 3 outq_len uint32, 4 outq_seq uint32, 5 opt_mask uint32, 6 snd_wscale uint32, 7 mss_clamp uint32, 8 rcv_wscale uint32?, 9 timestamp uint32?, 10 cork bool?, 11 nodelay bool?, 12 unsq_len uint32?, 13 snd_wl1 uint32?, 14 snd_wnd uint32?, 15 max_window uint32?, 16 rcv_wnd uint32?, 17 rcv_wup uint32?",
} as const;

// Fields after CRIU 4.2, from its development branch: the release that will have them is not known.
const NEWER_LINES: Partial<Record<keyof typeof LINES, string>> = {
  inventory_entry: "15 compress uint32?, 16 compress_region_size uint32?",
  pagemap_entry: "6 compressed_size uint32*, 7 total_compressed_size uint64?, 8 region_pages uint32?",
  thread_core_entry: "17 timerslack_ns uint64?",
  thread_info_aarch64: "6 gcs user_aarch64_gcs_context_entry?",
  pipe_entry: "5 uid uint32?, 6 gid uint32?",
  sk_packet_entry: "128 ucred sk_ucred_entry?",
  userns_entry: "3 binfmt_misc bytes*",
};

export type MessageName = keyof typeof LINES;

const fieldsOf = (line: string): FieldSpec[] => line.split(", ").map(parseField);

/** The messages' fields by message name, in the order of their numbers. */
export const MESSAGES: ReadonlyMap<string, readonly FieldSpec[]> = new Map(
  Object.entries(LINES).map(([message, line]) => {
    const newer = NEWER_LINES[message as MessageName];
    if (newer === undefined) return [message, fieldsOf(line)];
    return [message, [...fieldsOf(line), ...fieldsOf(newer).map((field) => ({ ...field, newer: true as const }))]];
  }),
);

function parseField(text: string): FieldSpec {
  const [number, name = "", type = ""] = text.split(" ");
  const label = type.endsWith("?") ? "optional" : type.endsWith("*") ? "repeated" : "required";
  return { number: Number(number), name, type: type.replace(/[?*]$/, ""), label };
}

/** Enums: the names of their values. */
export const ENUMS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  lsmtype: { NO_LSM: 0, SELINUX: 1, APPARMOR: 2 },
  march: { UNKNOWN: 0, X86_64: 1, ARM: 2, AARCH64: 3, PPC64: 4, S390: 5, MIPS: 6, LOONGARCH64: 7, RISCV64: 8 },
  seccomp_mode: { disabled: 0, strict: 1, filter: 2 },
  user_x86_regs_mode: { NATIVE: 1, COMPAT: 2 },
  fd_types: {
    UND: 0,
    REG: 1,
    PIPE: 2,
    FIFO: 3,
    INETSK: 4,
    UNIXSK: 5,
    EVENTFD: 6,
    EVENTPOLL: 7,
    INOTIFY: 8,
    SIGNALFD: 9,
    PACKETSK: 10,
    TTY: 11,
    FANOTIFY: 12,
    NETLINKSK: 13,
    NS: 14,
    TUNF: 15,
    EXT: 16,
    TIMERFD: 17,
    MEMFD: 18,
    BPFMAP: 19,
    PIDFD: 20,
    CTL_TTY: 65534,
    AUTOFS_PIPE: 65535,
  },
  sk_shutdown: { NONE: 0, READ: 1, WRITE: 2, BOTH: 3 },
  mark_type: { INODE: 1, MOUNT: 2 },
  TtyType: { UNKNOWN: 0, PTY: 1, CONSOLE: 2, VT: 3, CTTY: 4, EXT_TTY: 5, SERIAL: 6 },
  sysctl_type: { CTL_STR: 5, CTL_32: 6 },
  nd_type: { LOOPBACK: 1, VETH: 2, TUN: 3, EXTLINK: 4, VENET: 5, BRIDGE: 6, MACVLAN: 7, SIT: 8 },
  remap_type: { LINKED: 0, GHOST: 1, PROCFS: 2 },
  fstype: {
    UNSUPPORTED: 0,
    PROC: 1,
    SYSFS: 2,
    DEVTMPFS: 3,
    BINFMT_MISC: 4,
    TMPFS: 5,
    DEVPTS: 6,
    SIMFS: 7,
    PSTORE: 8,
    SECURITYFS: 9,
    FUSECTL: 10,
    DEBUGFS: 11,
    CGROUP: 12,
    AUFS: 13,
    MQUEUE: 14,
    FUSE: 15,
    AUTO: 16,
    OVERLAYFS: 17,
    AUTOFS: 18,
    TRACEFS: 19,
    CGROUP2: 23,
  },
};

/** The name of an enum's value; `null` if it has none. */
export function enumName(type: string, value: number): string | null {
  for (const [name, number] of Object.entries(ENUMS[type] ?? {})) if (number === value) return name;
  return null;
}

/** Magic numbers: the first or second word of an image file. */
export const MAGICS = {
  IMG_COMMON: 0x54564319,
  IMG_SERVICE: 0x55105940,
  INVENTORY: 0x58313116,
  PSTREE: 0x50273030,
  FDINFO: 0x56213732,
  PAGEMAP: 0x56084025,
  CORE: 0x55053847,
  IDS: 0x54432030,
  VMAS: 0x54123737,
  PIPES: 0x56513555,
  PIPES_DATA: 0x56453709,
  FIFO: 0x58364939,
  FIFO_DATA: 0x59333054,
  SIGACT: 0x55344201,
  UNIXSK: 0x54373943,
  INETSK: 0x56443851,
  PACKETSK: 0x60454618,
  ITIMERS: 0x57464056,
  POSIX_TIMERS: 0x52603957,
  SK_QUEUES: 0x56264026,
  UTSNS: 0x54473203,
  CREDS: 0x54023547,
  IPC_VAR: 0x53115007,
  IPCNS_SHM: 0x46283044,
  IPCNS_MSG: 0x55453737,
  IPCNS_SEM: 0x59573019,
  REG_FILES: 0x50363636,
  EXT_FILES: 0x59255641,
  FS: 0x51403912,
  MM: 0x57492820,
  REMAP_FPATH: 0x59133954,
  GHOST_FILE: 0x52583605,
  TCP_STREAM: 0x51465506,
  EVENTFD_FILE: 0x44523722,
  EVENTPOLL_FILE: 0x45023858,
  EVENTPOLL_TFD: 0x44433746,
  SIGNALFD: 0x57323820,
  INOTIFY_FILE: 0x48424431,
  INOTIFY_WD: 0x54562009,
  MNTS: 0x55563928,
  NETDEV: 0x57373951,
  NETNS: 0x55933752,
  TTY_FILES: 0x59433025,
  TTY_INFO: 0x59453036,
  TTY_DATA: 0x59413026,
  FILE_LOCKS: 0x54323616,
  RLIMIT: 0x57113925,
  FANOTIFY_FILE: 0x55096122,
  FANOTIFY_MARK: 0x56506035,
  SIGNAL: 0x59255647,
  NETLINK_SK: 0x58005614,
  NS_FILES: 0x61394011,
  TUNFILE: 0x57143751,
  CGROUP: 0x59383330,
  TIMERFD: 0x50493712,
  CPUINFO: 0x61404013,
  USERNS: 0x55474906,
  SECCOMP: 0x64413049,
  BINFMT_MISC: 0x67343323,
  AUTOFS: 0x49353943,
  FILES: 0x56303138,
  MEMFD_INODE: 0x48453499,
  TIMENS: 0x43114433,
  PIDNS: 0x61157326,
  BPFMAP_FILE: 0x57506142,
  BPFMAP_DATA: 0x64324033,
  APPARMOR: 0x59423047,
  PIDFD: 0x54435556,
  STATS: 0x57093306,
  IRMAP_CACHE: 0x57004059,
} as const;

export type MagicName = keyof typeof MAGICS;
