// Records of sockets: SOCKET, SOCKET_UNIX and SOCKET_INET. SOCKET_FRAG is in slow-records.ts.

import { NONE } from "../../model/checkpoint.ts";
import { encodeText } from "../../model/text.ts";
import { OBJECTS } from "./actions.ts";
import { internetAddress, unixName } from "./socket-addresses.ts";
import { SOCKET_WORDS, socketWords } from "./socket-names.ts";
import { readStruct, resolve, type Walk } from "./walk.ts";

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
  socket.local = unixName(reader.bytes("laddr"), reader.number("laddr_len"));
}

/** SOCKET_INET: the addresses of the socket that was described last. */
export function onSocketInet(walk: Walk): void {
  const socket = walk.sockets[walk.lastSocket];
  if (socket === undefined) return;
  const reader = readStruct(walk, "ckpt_hdr_socket_inet");
  socket.detail = walk.record;
  if (socket.words !== null) socket.local = encodeText(internetAddress(reader, socket.words, "local"));
}
