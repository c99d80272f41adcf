// Linux-CR images with one fault each in an object that open files or tasks refer to.

import { type Parts, removeRecord, setField, setPayload } from "./edit-image.ts";
import { type Fault, fault, set } from "./linux-cr-faults.ts";

/** The image with a relative path as the name of its first unix socket, and nothing that says of which directory. */
export function withRelativeName(image: Parts): Parts {
  const place = image.parts.findLastIndex(({ name }, at) => name === "SOCKET_UNIX" && at < firstOfSocket(image));
  const layout = image.dialect.struct("ckpt_hdr_socket_unix")?.byName.get("laddr");
  const part = image.parts[place];
  if (part === undefined || layout === undefined) throw new Error("there is no unix socket");
  const bytes = part.bytes.slice();
  bytes.set(new TextEncoder().encode("run/sock\0"), layout.offset + 2);
  return setField({ ...image, parts: image.parts.with(place, { ...part, bytes }) }, "SOCKET_UNIX", 1, "laddr_len", 11);
}

const firstOfSocket = ({ parts }: Parts): number => parts.findIndex(({ struct }) => struct === "ckpt_hdr_file_socket");

export const OBJECT_FAULTS: readonly [string, Fault][] = [
  set("socket-refused", "sockets", "SOCKET", 0, "socket.state", 5, "EINVAL"),
  set("socket-refused", "sockets", "SOCKET", 0, "socket.state", 2, "EINVAL"),
  set("socket-refused", "sockets", "SOCKET", 1, "sock.state", 7, "EINVAL"),
  set("socket-refused", "sockets", "SOCKET", 1, "sock.state", 12, "EINVAL"),
  set("socket-refused", "sockets", "SOCKET", 2, "sock.shutdown", 4, "EINVAL"),
  set("socket-refused", "sockets", "SOCKET", 2, "sock.userlocks", 16, "EINVAL"),
  set("socket-refused", "sockets", "SOCKET", 2, "sock.err", 4095, "EINVAL"),
  set("socket-refused", "sockets", "SOCKET", 3, "sock.flags", 1 << 9, "EINVAL"),
  set("socket-refused", "sockets", "SOCKET", 3, "sock.flags", 1 << 19, "ENOSYS"),
  set("socket-refused", "sockets", "SOCKET_UNIX", 0, "peer", -1, "EINVAL"),
  fault("H1", "sockets", "a name without its directory", withRelativeName, ["FILE", 8], "type", "EINVAL"),
  set("eventfd-refused", "sockets", "FILE", 7, "flags", 2, "EINVAL"),
  set("eventfd-refused", "sockets", "FILE", 7, "count", 1n << 32n, null),
  set("epoll-refused", "sockets", "EPOLL_ITEMS", 0, "epfile_objref", 21, "EINVAL"),
  fault("H1", "sockets", "an epoll has no items", (i) => removeRecord(i, "EPOLL_ITEMS"), ["FILE", 6], "type", "EINVAL"),
  set("terminal-refused", "v23", "TTY", 0, "driver_type", 3, "EINVAL"),
  set("terminal-refused", "v23", "TTY", 1, "driver_subtype", 3, "EINVAL"),
  set("terminal-refused", "v23", "TTY", 0, "link_objref", 14, "EINVAL"),
  set("terminal-refused", "v23", "TTY", 1, "link_objref", 0, "EINVAL"),
  set("terminal-refused", "v23", "TTY", 1, "file_objref", 77, "EINVAL"),
  set("terminal-refused", "v23", "TTY", 1, "flags", 1 << 19, "EINVAL"),
  set("terminal-refused", "v23", "TTY", 0, "flags", 1 << 18, "EINVAL"),
  set("groups-refused", "v23", "GROUPINFO", 0, "groups[2]", 10, "EINVAL"),
  fault(
    "groups-refused",
    "v23",
    "too many groups",
    (i) => setField(setPayload(i, "GROUPINFO", 0, new Uint8Array(4 * 65_537)), "GROUPINFO", 0, "ngroups", 65_537),
    ["GROUPINFO", 0],
    "ngroups",
    "EINVAL",
  ),
  fault(
    "limit-refused",
    "v23",
    "a soft limit above its hard limit",
    (i) => setField(i, "SIGNAL", 0, "rlim[7].rlim_max", 0),
    ["SIGNAL", 0],
    "rlim[7].rlim_cur",
    "EINVAL",
  ),
];
