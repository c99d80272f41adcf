// Records of sockets: SOCKET, SOCKET_UNIX and SOCKET_INET. SOCKET_FRAG is in slow-records.ts.

import { NONE } from "../../../model/checkpoint.ts";
import type { RecordRow } from "../../../model/rows.ts";
import { encodeText } from "../../../model/text/text.ts";
import { internetAddress, isRelative, unixName } from "../details/socket-addresses.ts";
import { SOCKET_WORDS, socketWords } from "../details/socket-names.ts";
import { readStruct, resolve, type SocketObject, type Walk } from "../walk/walk.ts";
import { OBJECTS } from "./actions.ts";

const NO_ADDRESS = new Uint8Array(0);

/** A socket object of which only the record that announces it is known. */
export const newSocket = (record: RecordRow): SocketObject => ({
  record,
  words: null,
  local: NO_ADDRESS,
  remote: NO_ADDRESS,
  detail: NONE,
  directory: NONE,
});

/** SOCKET: the socket object that the last OBJREF announced. */
export function onSocket(walk: Walk): void {
  const socket = walk.sockets[walk.pendingSocket];
  if (socket === undefined) return;
  socket.record = walk.record;
  const reader = readStruct(walk, "ckpt_hdr_socket");
  if (reader.has(...SOCKET_WORDS)) socket.words = socketWords(reader);
  walk.lastSocket = walk.pendingSocket;
  walk.pendingSocket = NONE;
}

/** SOCKET_UNIX: a unix socket's addresses, with its objref, because a peer is described within its socket. */
export function onSocketUnix(walk: Walk): void {
  const reader = readStruct(walk, "ckpt_hdr_socket_unix");
  const socket = walk.sockets[resolve(walk, reader.number("this"), OBJECTS.SOCK)];
  if (socket === undefined) return;
  socket.detail = walk.record;
  const address = [reader.bytes("laddr"), reader.number("laddr_len")] as const;
  socket.local = unixName(...address);
  if (isRelative(...address)) walk.boundSocket = socket;
}

/** STRING: the directory of the relative path that the SOCKET_UNIX right before it has as its name. */
export function onSocketDirectory(walk: Walk): void {
  const { boundSocket, record } = walk;
  if (boundSocket !== null && boundSocket.detail === record - 1) boundSocket.directory = record;
  walk.boundSocket = null;
}

/** An address with a port other than 0, which stands for no peer. */
const CONNECTED = /:[1-9]\d*$/;

/** SOCKET_INET: the addresses of the socket that was described last. */
export function onSocketInet(walk: Walk): void {
  const socket = walk.sockets[walk.lastSocket];
  if (socket === undefined) return;
  const reader = readStruct(walk, "ckpt_hdr_socket_inet");
  socket.detail = walk.record;
  if (socket.words === null) return;
  socket.local = encodeText(internetAddress(reader, socket.words, "local"));
  const remote = internetAddress(reader, socket.words, "remote");
  if (CONNECTED.test(remote)) socket.remote = encodeText(remote);
}
