// What an open file is linked to, in words that select it: the other end of a pipe, the peer of a socket, what an epoll
// watches and which epolls watch it, files in flight, and the tasks that use or map it other than by a descriptor.

import { useMemo, useState } from "react";
import { type Checkpoint, holderCount, NONE } from "../../model/checkpoint.ts";
import { LINK_TITLES, type Link, linksOf } from "../../model/links.ts";
import { bitWords, EPOLL_EVENTS } from "../../model/names/bits.ts";
import { u32At } from "../../model/read.ts";
import type { FileRow } from "../../model/rows.ts";
import { fileName, holdersText } from "../../model/text/words.ts";
import type { Mapper } from "../../resources/mappers.ts";
import { linksTo } from "../../shell/objects/linked.ts";
import { usesOf } from "../../shell/objects/uses.ts";
import type { Doc } from "../../shell/state.ts";
import { DescriptorLink, InlineList, MoreButton, ObjectLink, TaskLink } from "./links.tsx";
import { Section, Value } from "./Section.tsx";
import { useMappers } from "./useMappers.ts";

export function Linked({ doc, file }: { doc: Doc; file: FileRow }) {
  const { checkpoint } = doc;
  const mappers = useMappers(doc, file);
  const own = useMemo(() => linksOf(checkpoint, file), [checkpoint, file]);
  const others = useMemo(() => linksTo(checkpoint, file), [checkpoint, file]);
  const groups = [
    ...titled(own, (role) => LINK_TITLES[role]),
    ...titled(others, (role) => (role === "watches" ? "watched by" : "in flight in")),
  ];
  const uses = useMemo(() => usesOf(checkpoint, file), [checkpoint, file]);
  if (groups.length + uses.length + mappers.length === 0) return null;
  return (
    <Section title="Linked to">
      <dl>
        {uses.map(({ as, tasks }) => (
          <Value key={as} name={`${as} of`}>
            <InlineList
              rows={Uint32Array.from(tasks)}
              show={(task) => <TaskLink checkpoint={checkpoint} task={task} />}
            />
          </Value>
        ))}
        {mappers.map(({ title, mappers: own }) => (
          <Value key={title} name={title}>
            <Mappers checkpoint={checkpoint} mappers={own} />
          </Value>
        ))}
        {groups.map(({ title, links }) => (
          <Value key={title} name={title}>
            <Links checkpoint={checkpoint} links={links} />
          </Value>
        ))}
      </dl>
    </Section>
  );
}

/** The tasks that map a file, and what each may do with it: `1234 redis-server (r--p, r-xp)`. */
function Mappers({ checkpoint, mappers }: { checkpoint: Checkpoint; mappers: readonly Mapper[] }) {
  const [shown, setShown] = useState(FEW);
  return (
    <>
      <ul className="stepped">
        {mappers.slice(0, shown).map(({ task, file, permissions }) => (
          <li key={`${task} ${file}`}>
            <TaskLink checkpoint={checkpoint} task={task} />
            {permissions.length > 0 && <span className="muted"> ({permissions.join(", ")})</span>}
          </li>
        ))}
      </ul>
      <MoreButton total={mappers.length} shown={shown} onMore={setShown} />
    </>
  );
}

interface Titled {
  readonly title: string;
  readonly links: readonly Link[];
}

function titled(links: readonly Link[], title: (role: Link["role"]) => string): Titled[] {
  const groups = new Map<string, Link[]>();
  for (const link of links) groups.set(title(link.role), [...(groups.get(title(link.role)) ?? []), link]);
  return [...groups].map(([name, list]) => ({ title: name, links: list }));
}

/** Links listed at first. */
const FEW = 20;

function Links({ checkpoint, links }: { checkpoint: Checkpoint; links: readonly Link[] }) {
  const [shown, setShown] = useState(FEW);
  return (
    <>
      <ul className="stepped">
        {links.slice(0, shown).map(({ role, file, data }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an epoll can watch one file several times
          <li key={at}>
            <Target checkpoint={checkpoint} file={file} />
            {role === "watches" && data !== 0 && (
              <span className="muted"> ({bitWords(EPOLL_EVENTS, data).join(" | ")})</span>
            )}
          </li>
        ))}
      </ul>
      <MoreButton total={links.length} shown={shown} onMore={setShown} />
    </>
  );
}

/** The file at the other end: by its first holder, if it has any. */
function Target({ checkpoint, file }: { checkpoint: Checkpoint; file: FileRow }) {
  if (file === NONE) return <span className="muted">outside the image</span>;
  const { files } = checkpoint;
  const holders = holderCount(files, file);
  const link = (
    <ObjectLink to="file" row={file}>
      {fileName(checkpoint, file)}
    </ObjectLink>
  );
  if (holders === 0) return link;
  return (
    <>
      <DescriptorLink checkpoint={checkpoint} descriptor={u32At(files.holder, u32At(files.firstHolder, file))} /> {link}
      {holders > 1 && <span className="shared"> {holdersText(holders)}</span>}
    </>
  );
}
