// Maps messages to their handlers. Other messages are only listed as records.

import { FILE_FIELD_OF_MESSAGE } from "../format/file-types.ts";
import type { MessageName } from "../format/messages.ts";
import type { Handler } from "../walk/context.ts";
import { onInventory, onUtsNamespace } from "./image-facts.ts";
import { onLock } from "./locks.ts";
import { onDescriptor } from "./on-descriptors.ts";
import {
  onEpollTarget,
  onFs,
  onGhost,
  onGhostChunk,
  onMemfdInode,
  onPacket,
  onRemap,
  onTcpStream,
  onTtyData,
  onTtyInfo,
  onWatch,
} from "./on-file-details.ts";
import { onFile, onFileOfType } from "./on-files.ts";
import { onMm, onPagemap, onVma } from "./on-memory.ts";
import { onPipeData } from "./on-pipe-data.ts";
import { onCreds } from "./on-task-details.ts";
import { onCore, onIds, onPstree } from "./on-tasks.ts";

const BY_MESSAGE: Partial<Readonly<Record<MessageName, Handler>>> = {
  inventory_entry: onInventory,
  utsns_entry: onUtsNamespace,
  pstree_entry: onPstree,
  core_entry: onCore,
  task_kobj_ids_entry: onIds,
  fdinfo_entry: onDescriptor,
  file_entry: onFile,
  memfd_inode_entry: onMemfdInode,
  eventpoll_tfd_entry: onEpollTarget,
  inotify_wd_entry: onWatch,
  fanotify_mark_entry: onWatch,
  remap_file_path_entry: onRemap,
  ghost_file_entry: onGhost,
  ghost_chunk_entry: onGhostChunk,
  tty_info_entry: onTtyInfo,
  tty_data_entry: onTtyData,
  pipe_data_entry: onPipeData,
  sk_packet_entry: onPacket,
  tcp_stream_entry: onTcpStream,
  fs_entry: onFs,
  creds_entry: onCreds,
  mm_entry: onMm,
  vma_entry: onVma,
  pagemap_entry: onPagemap,
  file_lock_entry: onLock,
};

/** Handlers by message, including those of the images for one type of open file each. */
export const HANDLERS: ReadonlyMap<string, Handler> = new Map([
  ...Array.from(FILE_FIELD_OF_MESSAGE, ([message, field]) => [message, onFileOfType(field)] as const),
  ...Object.entries(BY_MESSAGE),
]);
