// Checks of seccomp filters: CRIU follows the chain of each filter that a thread has (criu/seccomp.c, CRIU 4.2).

import { eachBytes, fieldNumber, plan } from "../../../decoder/criu/wire/wire.ts";
import { NONE } from "../../../model/checkpoint.ts";
import { faultAt, has, low, type Scan, scanInto } from "../scan.ts";
import type { FilterFacts } from "../set/tree-facts.ts";
import { type Handler, handler } from "./handler.ts";

const FILTERS = fieldNumber("seccomp_entry", "seccomp_filters");
const FILTER = plan("seccomp_filter", ["prev", "filter"]);
/** Of a struct sock_filter, in bytes. */
const INSTRUCTION = 8;

/** seccomp_entry: all filters, which others name by their places. */
export const onFilters: Handler = handler("seccomp_entry", [], (scan, _seen, bytes, start, end) => {
  const { filters, record } = scan;
  eachBytes(bytes, start, end, FILTERS, (from, to) => {
    const seen = scanInto(scan, bytes, from, to, FILTER);
    const size = has(seen, 2) ? (scan.out[5] as number) - low(scan, 2) : 0;
    scan.spaces.filter.add(filters.length, record);
    filters.push({ record, before: has(seen, 1) ? low(scan, 1) : NONE, size });
  });
});

/** Reports what is wrong with the chains of the filters that threads have. */
export function checkFilters(scan: Scan): void {
  const { filters, usedFilters } = scan;
  /** By filter: the filter whose chain it was met in first, plus 1. */
  const metIn = new Uint32Array(filters.length);
  for (const first of usedFilters) {
    for (let at = first; at !== NONE; ) {
      const filter = filters[at];
      if (filter === undefined || metIn[at] !== 0) break;
      metIn[at] = first + 1;
      checkFilter(scan, at, filter, metIn[filter.before] === first + 1);
      at = filter.before;
    }
  }
}

function checkFilter(scan: Scan, at: number, { record, before, size }: FilterFacts, isCycle: boolean): void {
  const field = `seccomp_filters[${at}]`;
  if (size === 0 || size % INSTRUCTION !== 0) {
    const message = `Seccomp filter ${at} has ${size} bytes, but its instructions take ${INSTRUCTION} each.`;
    faultAt(scan, "value-impossible", record, `${field}.filter`, message);
  }
  if (isCycle) {
    const message = `Seccomp filter ${at} comes after filter ${before}, which comes after it: CRIU does not end.`;
    faultAt(scan, "value-impossible", record, `${field}.prev`, message);
  } else if (before !== NONE && before >= scan.filters.length) {
    const message = `Seccomp filter ${at} comes after filter ${before}, which is missing from the set.`;
    faultAt(scan, "filter-missing", record, `${field}.prev`, message);
  }
}
