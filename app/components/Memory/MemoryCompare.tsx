// The memory of two images: mappings whose pages differ, with a strip of their pages, and the bytes of both sides.

import { useRef, useState } from "react";
import type { Checkpoint } from "../../model/checkpoint.ts";
import { addressText, permissionsText } from "../../model/mappings.ts";
import { counted, sizeText } from "../../model/text/words.ts";
import { changedPlaces, type Memory, mappingName, mappingSize, strip } from "../../shell/memory/memory-places.ts";
import type { Doc } from "../../shell/state.ts";
import type { MemoryChange } from "../../worker/memory-protocol.ts";
import type { DocumentId } from "../../worker/protocol.ts";
import { useResponse } from "../Inspector/useResponse.ts";
import { useRowWindow } from "../useRowWindow.ts";
import { MemoryGrid } from "./MemoryGrid.tsx";
import { useMemoryDiff } from "./useMemoryDiff.ts";

const ROW = 20;

interface Side {
  readonly checkpoint: Checkpoint;
  readonly document: DocumentId;
  readonly memory: Memory;
}

/** Loads the mappings of both images. */
export function MemoryCompare({ docs: [before, after] }: { docs: readonly [Doc, Doc] }) {
  const [one, other] = [before.document, after.document];
  if (one === null || other === null) return <p className="tables-empty">The images are still being decoded.</p>;
  return <Loading before={{ ...before, document: one }} after={{ ...after, document: other }} />;
}

type Decoded = Doc & { readonly document: DocumentId };

function Loading({ before, after }: { before: Decoded; after: Decoded }) {
  const [one, other] = [
    useResponse("memory", { document: before.document }),
    useResponse("memory", { document: after.document }),
  ];
  if (one.state === "waiting" || other.state === "waiting")
    return <p className="tables-empty">Reading the mappings…</p>;
  for (const loaded of [one, other]) {
    if (loaded.state === "failed") return <p className="tables-empty warn">{loaded.message}</p>;
    if (loaded.state === "answered" && "refused" in loaded.response) {
      return <p className="tables-empty">{loaded.response.refused}</p>;
    }
  }
  const sides = [one, other].map((loaded) => (loaded.state === "answered" ? loaded.response : null)) as [
    Memory,
    Memory,
  ];
  const lacking = lackingText(sides);
  if (lacking !== null) return <p className="tables-empty">{lacking}</p>;
  return <OfBoth before={{ ...before, memory: sides[0] }} after={{ ...after, memory: sides[1] }} />;
}

/** Why there is nothing to compare; `null`: there is. */
export function lackingText(sides: readonly [Memory, Memory]): string | null {
  const [before, after] = sides.map(({ mappings }) => mappings.count > 0);
  if (before && after) return null;
  if (!before && !after) return "Neither image has mappings: they do not say what was in memory.";
  const [lacking, other] = before ? ["after", "before"] : ["before", "after"];
  return `The image ${lacking} has no mappings, so there is nothing to compare those of the image ${other} with.`;
}

function OfBoth({ before, after }: { before: Side; after: Side }) {
  const diff = useMemoryDiff({ before: before.document, after: after.document });
  const [shown, setShown] = useState<MemoryChange | null>(null);
  const [offset, setOffset] = useState(0);
  const change = shown ?? diff.changes[0] ?? null;
  const show = (next: MemoryChange) => {
    setShown(next);
    setOffset(changedPlaces(next)[0] ?? 0);
  };
  const places = change === null ? [] : changedPlaces(change);
  const step = (by: 1 | -1) => {
    const next = by === 1 ? places.find((place) => place > offset) : places.findLast((place) => place < offset);
    if (next !== undefined) setOffset(next);
  };
  return (
    <div className="memory-main memory-compare">
      <div className="memory-left">
        <ChangeList before={before} after={after} changes={diff.changes} shown={change} onShow={show} />
        <p className="memory-summary" role="status">
          {diff.fault ??
            (diff.isEnd ? counted(diff.changes.length, "mapping differs", "mappings differ") : "Comparing…")}
          {diff.unknown > 0 && (
            <span className="muted">; {sizeText(diff.unknown)} were not compared, because an image lacks them</span>
          )}
        </p>
      </div>
      {change === null ? (
        <p className="tables-empty muted">{diff.isEnd ? "No contents differ of what both images hold." : ""}</p>
      ) : (
        <div className="memory-sides">
          <p className="memory-steps">
            <button type="button" onClick={() => step(-1)}>
              ‹ Previous changed pages
            </button>
            <button type="button" onClick={() => step(1)}>
              Next changed pages ›
            </button>
          </p>
          {(
            [
              ["before", before, change.before],
              ["after", after, change.after],
            ] as const
          ).map(([name, side, mapping]) => (
            <OneSide
              key={`${name} ${mapping}`}
              name={name}
              side={side}
              mapping={mapping}
              offset={offset}
              onOffset={setOffset}
            />
          ))}
        </div>
      )}
    </div>
  );
}

interface ListProps {
  readonly before: Side;
  readonly after: Side;
  readonly changes: readonly MemoryChange[];
  readonly shown: MemoryChange | null;
  onShow(change: MemoryChange): void;
}

function ChangeList({ before, after, changes, shown, onShow }: ListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const window = useRowWindow(changes.length, ROW, scroller, 0);
  return (
    <div ref={scroller} className="memory-list mono">
      <ul className="memory-rows" aria-label="Mappings that differ" style={{ height: window.height }}>
        {window.rows.map(({ row, top }) => {
          const change = changes[row];
          if (change === undefined) return null;
          const side = change.after === null ? before : after;
          const mapping = change.after ?? change.before ?? 0;
          const { mappings } = side.memory;
          const [sign, word] =
            change.before === null ? ["+", "added"] : change.after === null ? ["−", "removed"] : ["~", "changed"];
          return (
            <li key={row} className="memory-item" style={{ transform: `translateY(${top}px)` }}>
              <button
                type="button"
                className="plain memory-row"
                aria-current={change === shown || undefined}
                title={`${word}: ${sizeText(change.bytes.changed)} changed of ${sizeText(mappingSize(side.memory, mapping))}`}
                onClick={() => onShow(change)}
              >
                <span className={word}>{sign}</span>
                <span className="muted">{change.space}</span>
                <span>{addressText(mappings.start[mapping] as number)}</span>
                <span>{permissionsText(mappings.permissions[mapping] as number)}</span>
                <span className="memory-strip" aria-hidden="true">
                  {strip(change)}
                </span>
                <span className="memory-name">{mappingName(side.checkpoint, side.memory, mapping)}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

interface SideProps {
  readonly name: "before" | "after";
  readonly side: Side;
  readonly mapping: number | null;
  readonly offset: number;
  onOffset(offset: number): void;
}

function OneSide({ name, side, mapping, offset, onOffset }: SideProps) {
  const { memory, document } = side;
  const space = memory.spaces.find(({ first, end }) => mapping !== null && mapping >= first && mapping < end);
  const title = name === "before" ? "Before" : "After";
  if (mapping === null || space === undefined) {
    return (
      <section className="memory-side" aria-label={title}>
        <h2>{title}</h2>
        <p className="tables-empty muted">There is no such mapping.</p>
      </section>
    );
  }
  const at = Math.min(offset, mappingSize(memory, mapping) - 1);
  return (
    <section className="memory-side" aria-label={title}>
      <h2>{title}</h2>
      <MemoryGrid
        id={`memory-${name}`}
        isHalf
        document={document}
        memory={memory}
        spot={{ space, mapping, offset: at }}
        marked={1}
        onSelect={onOffset}
      >
        {() => null}
      </MemoryGrid>
    </section>
  );
}
