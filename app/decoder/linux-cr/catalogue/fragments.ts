// Declarations, and parts of declarations, that several dialects use. The notation is that of ../layout.ts.

export const PIDS_24 = "s32 vpid, vppid, vtgid, vpgid, vsid";
export const PIDS_24_DEPTH = "s32 vpid, vppid, vtgid, vpgid, vsid, depth";

export const GENERAL_REGISTERS = "h; u64 r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip";
export const CPU_V18 = `${GENERAL_REGISTERS}, sp, flags, fs, gs; u16 fsindex, gsindex, cs, ss, ds, es; u32 used_math`;

export const UTS_LENGTHS =
  "uts_sysname_len, uts_nodename_len, uts_release_len, uts_version_len, uts_machine_len, uts_domainname_len";
export const CONST_V18 = `signal_nsig, ${UTS_LENGTHS}, rlimit_nlimits, n_tty_buf_size`;

export const MM_ADDRESSES =
  "start_code, end_code, start_data, end_data, start_brk, brk, start_stack, arg_start, arg_end, env_start, env_end";
export const VMA =
  "h; u32 vma_type; s32 vma_objref, ino_objref; u32 _padding; u64 ino_size, vm_start, vm_end, vm_page_prot, vm_flags, vm_pgoff";
export const IPC_PERMS = "h; s32 id; u32 key, uid, gid, cuid, cgid, mode, _padding; u64 seq";
export const IPC_SHM =
  "h; ckpt_hdr_ipc_perms perms; u64 shm_segsz, shm_atim, shm_dtim, shm_ctim; s32 shm_cprid, shm_lprid; u32 mlock_uid, flags, objref";
export const SOCKET =
  "{u64 flags; u8 state} socket; {u32 bound_dev_if, reuse; u16 family; u8 state} sock_common; " +
  "{s64 rcvlowat; u64 flags; s64 rcvtimeo, sndtimeo; u32 err, err_soft, priority; s32 rcvbuf, sndbuf; u16 type; s16 backlog; " +
  "u8 protocol, state, shutdown, userlocks, no_check; linger linger} sock";
export const TTY =
  "h; u16 driver_type, driver_subtype; s32 link_objref, file_objref; u32 _padding, index, ldisc; u64 flags";
export const WINSIZE = "{u16 ws_row, ws_col, ws_xpixel, ws_ypixel} winsize";
export const EXIT_STATE = "u32 state, exit_state, exit_code, exit_signal, pdeath_signal";

export const S390X = {
  ckpt_hdr_header_arch: "h",
  ckpt_hdr_cpu:
    "h; u64 args[1], gprs[16], orig_gpr2; u16 svcnr, ilc; u32 acrs[16]; u64 ieee_instruction_pointer, psw_t_mask, psw_t_addr; " +
    "u32 fpc; u64 fprs[16], per_control_regs[3], starting_addr, ending_addr, address; u16 perc_atmid; " +
    "u8 access_id, single_step, instruction_fetch",
  ckpt_hdr_mm_context: "h; u64 vdso_base; s32 noexec, has_pgste, alloc_pgste; u64 asce_bits, asce_limit",
};
