// The tasks that map an open file, or another open file of the same path.

import { useEffect, useState } from "react";
import { NONE } from "../../model/checkpoint.ts";
import { u32At } from "../../model/read.ts";
import type { FileRow } from "../../model/rows.ts";
import type { Mapper } from "../../resources/mappers.ts";
import type { Doc } from "../../shell/state.ts";
import { usePage } from "../context.ts";

export interface TitledMappers {
  readonly title: string;
  readonly mappers: readonly Mapper[];
}

/** Empty until the worker has responded, and if no task maps the file. */
export function useMappers({ checkpoint, document }: Doc, file: FileRow): readonly TitledMappers[] {
  const { shell } = usePage();
  const [found, setFound] = useState<readonly Mapper[]>([]);
  useEffect(() => {
    setFound([]);
    if (document === null || file === NONE) return;
    const control = new AbortController();
    shell.client.request("mappers", { document, file }, { signal: control.signal }).then(setFound, (error) => {
      if (!control.signal.aborted) shell.notify(`Could not read the mappings: ${String(error)}`);
    });
    return () => control.abort();
  }, [document, file, shell]);
  const own = u32At(checkpoint.files.id, file);
  return [
    { title: "mapped by", mappers: found.filter((mapper) => mapper.file === own) },
    { title: "path mapped by", mappers: found.filter((mapper) => mapper.file !== own) },
  ].filter(({ mappers }) => mappers.length > 0);
}
