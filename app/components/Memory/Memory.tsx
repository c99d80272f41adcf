// The memory of an image in place of the tables: mappings or matches on the left, the bytes of a mapping on the right.

import { useEffect, useState } from "react";
import { PAGE_STATE_WORDS } from "../../decoder/memory/memory.ts";
import type { Checkpoint } from "../../model/checkpoint.ts";
import { addressText } from "../../model/mappings.ts";
import { sizeText } from "../../model/text/words.ts";
import { type Memory as MemoryOf, mappingSize, placeOf, type Spot, spotOf } from "../../shell/memory/memory-places.ts";
import type { Doc } from "../../shell/state.ts";
import type { DocumentId } from "../../worker/protocol.ts";
import { useApp, usePage } from "../context.ts";
import { useResponse } from "../Inspector/useResponse.ts";
import { MappingList } from "./MappingList.tsx";
import { Matches } from "./Matches.tsx";
import { MemoryCompare } from "./MemoryCompare.tsx";
import { MemoryGrid } from "./MemoryGrid.tsx";
import { SaveRange } from "./SaveRange.tsx";
import { SearchBar } from "./SearchBar.tsx";
import { useMemorySearch } from "./useMemorySearch.ts";
import "./Memory.css";

export function Memory({ doc }: { doc: Doc }) {
  const { checkpoint, document } = doc;
  const docs = useApp((state) => state.docs);
  const [isCompared, setCompared] = useState(true);
  const isPair = docs.length === 2;
  const isTextHandedOn = useApp((state) => state.memoryText !== null);
  useEffect(() => {
    if (isTextHandedOn) setCompared(false);
  }, [isTextHandedOn]);
  return (
    <div id="tables-panel" role="tabpanel" aria-labelledby="tab-memory" className="tables-panel">
      {isPair && (
        <div className="tables-bar">
          <label>
            <input type="checkbox" checked={isCompared} onChange={(event) => setCompared(event.target.checked)} /> Only
            mappings whose contents differ, before and after
          </label>
        </div>
      )}
      {isPair && isCompared ? (
        <MemoryCompare key={docs.map((each) => each.document).join()} docs={docs} />
      ) : document === null ? (
        <p className="tables-empty">The image is still being decoded. Its memory is shown when that is done.</p>
      ) : (
        <Loaded key={document} checkpoint={checkpoint} document={document} />
      )}
    </div>
  );
}

function Loaded({ checkpoint, document }: { checkpoint: Checkpoint; document: DocumentId }) {
  const loaded = useResponse("memory", { document });
  if (loaded.state === "waiting") return <p className="tables-empty">Reading the mappings…</p>;
  if (loaded.state === "failed") return <p className="tables-empty warn">{loaded.message}</p>;
  const memory = loaded.response;
  if ("refused" in memory) return <p className="tables-empty">{memory.refused}</p>;
  if (memory.mappings.count === 0) {
    return <p className="tables-empty">The image has no mappings: it does not say what is in memory.</p>;
  }
  return <OfImage checkpoint={checkpoint} document={document} memory={memory} />;
}

interface Props {
  readonly checkpoint: Checkpoint;
  readonly document: DocumentId;
  readonly memory: MemoryOf;
}

function OfImage({ checkpoint, document, memory }: Props) {
  const { shell } = usePage();
  const place = useApp((state) => state.memory);
  const spot = spotOf(memory, place);
  const search = useMemorySearch(document);
  const [list, setList] = useState<"mappings" | "matches">("mappings");
  /** How many bytes from the cursor on are marked: a match. */
  const [marked, setMarked] = useState(1);
  if (spot === null) return null;
  const go = (next: Spot, length = 1) => {
    setMarked(length);
    shell.store.set({ memory: placeOf(memory, next) });
  };
  const spaceOf = (mapping: number) => memory.spaces.find(({ first, end }) => mapping >= first && mapping < end);
  return (
    <>
      <SearchBar search={search} spot={spot} onStart={() => setList("matches")} onClear={() => setList("mappings")} />
      <div className="memory-main">
        <div className="memory-left">
          <div className="tabs">
            {(["mappings", "matches"] as const).map((each) => (
              <button
                key={each}
                type="button"
                className="plain tab"
                aria-pressed={each === list}
                onClick={() => setList(each)}
              >
                {each === "mappings" ? "Mappings" : "Matches"}{" "}
                {each === "matches" && search.finding !== null && (
                  <span className="badge">{search.finding.matches.length}</span>
                )}
              </button>
            ))}
          </div>
          {list === "mappings" ? (
            <MappingList
              checkpoint={checkpoint}
              memory={memory}
              selected={spot.mapping}
              onSelect={(mapping) => {
                const space = spaceOf(mapping);
                if (space !== undefined) go({ space, mapping, offset: 0 });
              }}
            />
          ) : (
            <Matches
              memory={memory}
              finding={search.finding}
              spot={spot}
              onSelect={({ mapping, offset, length }) => {
                const space = spaceOf(mapping);
                if (space !== undefined) go({ space, mapping, offset }, length);
              }}
            />
          )}
        </div>
        <div className="memory-right">
          <MemoryGrid
            key={spot.mapping}
            document={document}
            memory={memory}
            spot={spot}
            marked={marked}
            onSelect={(offset) => go({ ...spot, offset })}
          >
            {(state) => (
              <p className="hex-status mono" aria-live="polite">
                {addressText(memory.mappings.start[spot.mapping] as number, spot.offset)}
                <span className="muted">
                  {" "}
                  {sizeText(spot.offset)} into {sizeText(mappingSize(memory, spot.mapping))}
                  {state !== null && `; ${PAGE_STATE_WORDS[state]}`}
                </span>
              </p>
            )}
          </MemoryGrid>
          <SaveRange key={`${spot.space.number} ${spot.mapping}`} document={document} memory={memory} spot={spot} />
        </div>
      </div>
    </>
  );
}
