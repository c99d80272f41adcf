// Shortens texts to fit a box, keeping the part by which they are recognized.

/** Text cut in the middle to at most `most` characters, because the end of a path matters most. */
export function elided(text: string, most: number): string {
  return cut(text, most, Math.max(1, Math.floor((most - 1) / 4)));
}

/** Text cut at the end, because a task's number comes first. */
export const clipped = (text: string, most: number): string =>
  text.length <= most ? text : `${[...text].slice(0, Math.max(0, most - 1)).join("")}…`;

/** `head`: how many characters are kept before the cut. */
function cut(text: string, most: number, head: number): string {
  if (text.length <= most) return text;
  const all = [...text];
  if (all.length <= most) return text;
  if (most < 3) return all.slice(0, Math.max(1, most)).join("");
  return `${all.slice(0, head).join("")}…${all.slice(all.length - (most - 1 - head)).join("")}`;
}

/** A file's name: the end, with its number and extension, distinguishes it from others that begin alike. */
const thirded = (text: string, most: number): string => cut(text, most, Math.ceil((most - 1) / 3));

/**
 * The name of an open file in at most `most` characters: of a path its last part, of a socket its ports, of a change
 * (`old → new`) the new one is cut last.
 */
export function shortened(name: string, most: number): string {
  if (name.length <= most) return name;
  const change = name.split(" → ");
  if (change.length === 2) return shortenedChange(change as [string, string], most);
  if (name.endsWith(DELETED) && most - DELETED.length >= ROOM_FOR_DELETED) {
    return `${shortened(name.slice(0, -DELETED.length), most - DELETED.length)}${DELETED}`;
  }
  const socket = SOCKET.exec(name);
  if (socket !== null) return firstThatFits(socketForms(socket[1] ?? name), most);
  return name.startsWith("/") && !name.endsWith("/") ? shortenedPath(name, most) : thirded(name, most);
}

/** What the kernel appends to the path of an unlinked file. */
const DELETED = " (deleted)";
/** Characters of a name that keeps this. */
const ROOM_FOR_DELETED = 12;

/** The name of a socket, with `socket:[…]` around it or without. */
const SOCKET = /^(?:socket:\[(.+)\]|(?:unix|tcp|udp|udplite|raw|ping|sctp|netlink|packet) .+)$/;

function shortenedChange([before, after]: readonly [string, string], most: number): string {
  const whole = `${lastForm(before)} → ${lastForm(after)}`;
  if (whole.length <= most) return whole;
  const last = lastForm(after);
  return last.length <= most && last.length > most - 2 ? last : `→ ${shortened(after, Math.max(3, most - 2))}`;
}

/** The shortest form in which nothing of a name's last part is cut. */
export const lastForm = (name: string): string => {
  return SOCKET.exec(name)?.[1] ?? (name.startsWith("/") ? lastPart(name) : name);
};

const lastPart = (path: string): string => path.slice(path.lastIndexOf("/") + 1) || path;

/** `/var/log…/error.log`, or with less room `…/error.log`, `error.log`. */
function shortenedPath(path: string, most: number): string {
  const last = lastPart(path);
  const room = most - last.length - 2;
  // A file in the root directory has no directories to show.
  if (room < 0) return thirded(last.length + 1 === path.length ? path : last, most);
  return `${room < 3 ? "" : [...path].slice(0, room).join("")}…/${last}`;
}

/** A socket's name without `socket:[…]` around it, from all addresses to the ports of both ends alone. */
function* socketForms(name: string): Generator<string> {
  yield name;
  const addresses = /^(\S+) (\S+?)(?:->(\S+))?((?: [a-z][a-z0-9-]*)?)$/.exec(name);
  const [, protocol = "", local = "", remote, state = ""] = addresses ?? [];
  const isInternet = /:\d+$/.test(local);
  const port = (address: string): string => `…${address.slice(address.lastIndexOf(":"))}`;
  if (isInternet && remote !== undefined) {
    yield `${protocol} ${local}->${remote}`;
    yield `${protocol} ${port(local)}->${remote}`;
    yield `${protocol} ${port(local)}->${port(remote)}`;
    yield `${port(local)}->${port(remote)}`;
    yield `to ${port(remote)}`;
    yield port(remote);
    yield port(remote).slice(1);
  } else if (isInternet) {
    yield `${protocol} ${port(local)}${state}`;
    yield `${protocol} ${port(local)}`;
    yield port(local);
    yield port(local).slice(1);
  } else {
    yield* namedForms(name);
  }
}

/** `unix stream /run/redis.sock listen`, `unix stream to 412 fd 5`: the type says less than the name. */
function* namedForms(socket: string): Generator<string> {
  const [, family = "", name = "", state = ""] = /^(\S+)(?: \S+)?(?: (.+?))?((?: listen)?)$/.exec(socket) ?? [];
  if (name === "") return yield `${family}${state}`;
  const last = lastPart(name);
  const short = name.includes("/") ? `…/${last}` : name;
  yield `${family} ${short}${state}`;
  yield `${family} ${short}`;
  yield short;
  const peer = /^to \d+ (fd \d+)$/.exec(name);
  yield peer === null ? last : `…${peer[1]}`;
}

/** The first form that fits, or the last one, which has no “…” of its own, cut in the middle. */
function firstThatFits(forms: Iterable<string>, most: number): string {
  let last = "";
  for (const form of forms) {
    if (form.length <= most) return form;
    last = form;
  }
  return thirded(last, most);
}
