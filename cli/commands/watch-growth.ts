// Which paths and kinds of open file grow in number: where descriptors leak.

import type { Description, Sequence } from "../../app/encoder/description.ts";

/** Something of which a task has more and more descriptors: a path, or (path null) all files of a kind. */
export interface Grown {
  /** A task that has the file table. */
  readonly pid: number;
  readonly kind: string;
  readonly path: string | null;
  /** Number of descriptors at the beginning and at the end. */
  readonly before: number;
  readonly after: number;
}

export interface Growth {
  /** Intervals over which growth is measured. */
  readonly samples: number;
  /** Takes a sample; returns whatever has grown enough and never shrank in the last `samples` intervals. */
  add(sample: Description): Grown[];
}

/** The counts in each sample since the growth was reported or the number shrank. */
interface Series {
  readonly pid: number;
  readonly kind: string;
  readonly path: string | null;
  counts: number[];
}

/** @param threshold Descriptors by which something must have grown. */
export function createGrowth(samples: number, threshold: number): Growth {
  const known = new Map<string, Series>();
  let first = true;
  return {
    samples,
    add(sample) {
      const now = countDescriptors(sample);
      for (const [key, { pid, kind, path, count }] of now) {
        // What exists in the first sample did not grow from zero.
        if (!known.has(key)) known.set(key, { pid, kind, path, counts: [first ? count : 0] });
      }
      const grown: Grown[] = [];
      for (const [key, series] of known) {
        const count = now.get(key)?.count ?? 0;
        if (count === 0) known.delete(key);
        if (!first) addCount(series, count);
        const [before = 0] = series.counts;
        if (series.counts.length <= samples) continue;
        // Something that is opened once and stays open does not leak.
        if (count - before >= threshold && risesIn(series.counts) >= Math.min(2, samples)) {
          const { pid, kind, path } = series;
          grown.push({ pid, kind, path, before, after: count });
          series.counts = [count];
        } else series.counts.shift();
      }
      first = false;
      return grown;
    },
  };
}

function addCount(series: Series, count: number): void {
  const shrank = count < (series.counts.at(-1) ?? 0);
  series.counts = shrank ? [count] : [...series.counts, count];
}

const risesIn = (counts: readonly number[]): number =>
  counts.filter((count, index) => index > 0 && count > (counts[index - 1] ?? 0)).length;

type Counted = Omit<Series, "counts"> & { count: number };

/** Numbers of descriptors by file table and path, and by file table and kind. */
function countDescriptors({ tasks, fileTables, files }: Description): Map<string, Counted> {
  const pidOf = new Map(entries(tasks, ({ fileTable, pid }) => [fileTable, pid ?? 0] as const).toReversed());
  const fileOf = new Map(entries(files, (file) => [file.id, file] as const));
  const counts = new Map<string, Counted>();
  const count = (pid: number, kind: string, path: string | null): void => {
    const key = JSON.stringify([pid, path === null ? kind : "", path]);
    const counted = counts.get(key);
    if (counted === undefined) counts.set(key, { pid, kind, path, count: 1 });
    else counted.count++;
  };
  for (const { id, fds } of entries(fileTables, (table) => table)) {
    for (const { file: fileId } of entries(fds, (descriptor) => descriptor)) {
      const file = fileId === null ? undefined : fileOf.get(fileId);
      if (file === undefined) continue;
      const pid = pidOf.get(id) ?? 0;
      count(pid, file.kind, null);
      if (file.path !== null) count(pid, file.kind, file.path);
    }
  }
  return counts;
}

const entries = <T, R>(sequence: Sequence<T>, map: (entry: T) => R): R[] =>
  Array.from({ length: sequence.length }, (_, row) => map(sequence.at(row) as T));
