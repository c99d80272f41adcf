// The memory pages that the fixtures leave out of their CRIU sets, as files of zeros.

import { memberOfName } from "../../app/decoder/criu/format/member-names.ts";
import { decodeCriuSet } from "../../app/decoder/criu/index.ts";
import { eachVarint, fieldNumber, plan, scan, scratch } from "../../app/decoder/criu/wire/wire.ts";
import type { Source } from "../../app/decoder/source.ts";
import { recordLength, recordMember, recordOffset } from "../../app/model/records.ts";
import { baseName } from "../../app/model/text/paths.ts";

const PAGEMAP = plan("pagemap_entry", ["compat_nr_pages", "in_parent", "flags", "nr_pages"]);
const HEAD = plan("pagemap_head", ["pages_id"]);
const AUXV = fieldNumber("mm_entry", "mm_saved_auxv");

/** A file of zeros that takes no memory. */
export const zeros = (name: string, size: number): Source => ({
  name,
  size,
  read: (_, length) => new Uint8Array(length),
});

/** A set with the pages files that its pagemaps name and that it lacks. */
export async function withPages(sources: readonly Source[]): Promise<Source[]> {
  const image = await decodeCriuSet(sources);
  const { records } = image.checkpoint;
  const out = scratch();
  const pagesOf = new Map<number, { id: number; pages: number }>();
  let pageSize = 4096;
  for (let row = 0; row < records.count; row++) {
    const member = recordMember(records, row);
    const struct = records.kinds[records.kind[row] as number]?.struct ?? "";
    if (!["pagemap_head", "pagemap_entry", "mm_entry"].includes(struct)) continue;
    const source = image.sources[member] as Source;
    const bytes = (await source.read(recordOffset(records, row), recordLength(records, row))).subarray(4);
    if (struct === "mm_entry") {
      const auxv: number[] = [];
      eachVarint(bytes, 0, bytes.length, AUXV, (value) => auxv.push(value));
      pageSize = auxv.find((_, at) => at % 2 === 1 && auxv[at - 1] === 6) ?? pageSize;
    } else if (struct === "pagemap_head") {
      scan(bytes, 0, bytes.length, HEAD, out);
      pagesOf.set(member, { id: out[2] as number, pages: 0 });
    } else {
      const seen = scan(bytes, 0, bytes.length, PAGEMAP, out);
      const has = (slot: number): boolean => ((seen >> slot) & 1) === 1;
      const flags = has(3) ? (out[6] as number) : has(2) && out[4] === 1 ? 1 : 4;
      const facts = pagesOf.get(member);
      if (facts !== undefined && (flags & 4) !== 0) facts.pages += (has(4) ? out[8] : out[2]) as number;
    }
  }
  const there = new Set(sources.map(({ name }) => baseName(name)));
  const folder = sources.find(({ name }) => memberOfName(name) !== null)?.name.replace(/[^/]*$/, "") ?? "";
  const added = [...pagesOf.values()]
    .filter(({ id, pages }) => pages > 0 && !there.has(`pages-${id}.img`))
    .map(({ id, pages }) => zeros(`${folder}pages-${id}.img`, pages * pageSize));
  return [...sources, ...added];
}
