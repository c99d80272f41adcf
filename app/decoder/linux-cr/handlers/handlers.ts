// Calls the handler of a record, by its action (see actions.ts).

import type { Walk } from "../walk/walk.ts";
import { ACTIONS } from "./actions.ts";
import { onFileDesc } from "./on-file-desc.ts";
import { onFileTable } from "./on-file-table.ts";
import { onEpollItems, onFile, onFileName, onFilePipe, onPipeBuf } from "./on-files.ts";
import { onSocket, onSocketInet, onSocketUnix } from "./on-sockets.ts";
import { onBuffer, onError, onHeader, onObjref, onPids, onString, onTail, onTree } from "./on-stream.ts";
import { onCred, onFs, onGroupinfo, onMm, onTaskCreds } from "./on-task-objects.ts";
import { onTask, onTaskObjs } from "./on-tasks.ts";
import { onTty, onTtyLdisc } from "./on-terminals.ts";

/**
 * Handles the current record, whose row has been added. Returns false if that takes bytes from elsewhere, which
 * slow-records.ts reads.
 *
 * A switch and not a table of functions: the calls in it are inlined, and this runs once for nearly every record.
 *
 * @param action One of ACTIONS.
 */
export function handle(walk: Walk, action: number): boolean {
  switch (action) {
    case ACTIONS.FILE_DESC:
      onFileDesc(walk);
      break;
    case ACTIONS.OBJREF:
      onObjref(walk);
      break;
    case ACTIONS.FILE:
      onFile(walk);
      break;
    case ACTIONS.FILE_NAME:
      onFileName(walk);
      break;
    case ACTIONS.FILE_TABLE:
      onFileTable(walk);
      break;
    case ACTIONS.TASK:
      onTask(walk);
      break;
    case ACTIONS.STRING:
      onString(walk);
      break;
    case ACTIONS.TASK_OBJS:
      onTaskObjs(walk);
      break;
    case ACTIONS.BUFFER:
      if (walk.nextBuffer === "pids" || walk.nextBuffer === "pid-objects") return false;
      onBuffer(walk);
      break;
    case ACTIONS.SOCKET:
      onSocket(walk);
      break;
    case ACTIONS.SOCKET_UNIX:
      onSocketUnix(walk);
      break;
    case ACTIONS.SOCKET_INET:
      onSocketInet(walk);
      break;
    case ACTIONS.TTY:
      onTty(walk);
      break;
    case ACTIONS.TTY_LDISC:
      onTtyLdisc(walk);
      break;
    case ACTIONS.EPOLL_ITEMS:
      onEpollItems(walk);
      break;
    case ACTIONS.PIPE_BUF:
      onPipeBuf(walk);
      break;
    case ACTIONS.FILE_PIPE:
      onFilePipe(walk);
      break;
    case ACTIONS.FS:
      onFs(walk);
      break;
    case ACTIONS.MM:
      onMm(walk);
      break;
    case ACTIONS.CRED:
      onCred(walk);
      break;
    case ACTIONS.GROUPINFO:
      if (walk.held < walk.length && !walk.cut) return false;
      onGroupinfo(walk);
      break;
    case ACTIONS.TASK_CREDS:
      onTaskCreds(walk);
      break;
    case ACTIONS.TREE:
      onTree(walk);
      break;
    case ACTIONS.PIDS:
      onPids(walk);
      break;
    case ACTIONS.HEADER:
      onHeader(walk);
      break;
    case ACTIONS.ERROR:
      onError(walk);
      break;
    case ACTIONS.TAIL:
      onTail(walk);
      break;
    default:
      return false;
  }
  return true;
}
