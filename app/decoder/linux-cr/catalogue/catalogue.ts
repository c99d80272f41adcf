// Every struct and enum of every version of the Linux-CR image, as data. The first entry is the base; each later one
// lists its changes from the entry that it names. docs/adding-a-dialect.md explains how to add one.
//
// Sources: "[RFC v16][PATCH 09/43] c/r: dump open file descriptors" (2009-05-27) and its series for `seed` and `v16`;
// the mails of v17 and v18; the headers of user-cr's history for the rest. test/fixtures/linux-cr/layouts.json has the
// layouts that gcc computed for all of them, and a test compares the catalogue with it field by field.

import type { DialectSource } from "./dialect-source.ts";
import { V16_TO_V18 } from "./v16-v18.ts";
import { V19 } from "./v19.ts";
import { V20_TO_V23 } from "./v20-v23.ts";

/** All dialects, oldest first. */
export const DIALECT_SOURCES: readonly DialectSource[] = [...V16_TO_V18, ...V19, ...V20_TO_V23];

/** Structs of records whose name is not the record's in lower case. `null`: the payload is opaque. */
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

/** The struct of a FILE record, by the name of its f_type. Other kinds have only the common part. */
export const STRUCT_OF_FILE: Readonly<Record<string, string>> = {
  GENERIC: "ckpt_hdr_file_generic",
  PIPE: "ckpt_hdr_file_pipe",
  FIFO: "ckpt_hdr_file_pipe",
  SOCKET: "ckpt_hdr_file_socket",
  TTY: "ckpt_hdr_file_tty",
  EVENTFD: "ckpt_hdr_file_eventfd",
};
