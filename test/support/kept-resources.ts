// The oracle of damage for tables of resources: rows whose records stand before the damage are there, and a cut image
// has no value that the whole one does not have.

import type { Image } from "../../app/decoder/image.ts";
import { NONE } from "../../app/model/checkpoint.ts";
import type { DetailValue } from "../../app/model/fields.ts";
import { recordLength, recordMember, recordOffset } from "../../app/model/records.ts";
import type { ResourceSpec } from "../../app/resources/resource.ts";
import { resourceNamed } from "../../app/resources/resources.ts";
import { entryAt, type Resources, type ResourceTable } from "../../app/resources/table.ts";
import { type Damage, isPart, type Truth } from "./kept.ts";

type Entry = Readonly<Record<string, DetailValue>>;

/** Rows by the place of their records: the name of the member and the offset in it. */
function byPlace({ checkpoint }: Image, table: ResourceTable): Map<string, number[]> {
  const { records, members } = checkpoint;
  const rows = new Map<string, number[]>();
  for (const [row, record] of table.record.entries()) {
    if (record === NONE) continue;
    const place = `${members[recordMember(records, record)]?.name} ${recordOffset(records, record)}`;
    const known = rows.get(place);
    if (known === undefined) rows.set(place, [row]);
    else known.push(row);
  }
  return rows;
}

/** There are fewer pages if a pagemap ends after an entry, which looks like a whole one. */
const PAGE_COUNTS: ReadonlySet<string> = new Set(["present", "inParent", "lazy"]);

/** A memfd is known to be shared memory without a file by its name, which may be what was cut off. */
const isUnnamed = (entry: Entry): boolean => entry.kind === "memfd" && entry.path === null;

const columnsThatDiffer = ({ columns }: ResourceSpec, entry: Entry, whole: Entry, isBoundary: boolean): string[] =>
  columns
    .map(({ name }) => name)
    .filter((name) => !isPart(entry[name], whole[name]) && !(isBoundary && PAGE_COUNTS.has(name)))
    // Threads are counted as they are listed.
    .filter((name) => name !== "threads" && !(name === "kind" && isUnnamed(entry)));

/**
 * What the tables of a damaged image lack, or, if it was cut, have too much; `null` if nothing. Rows without a record
 * of their own are not compared.
 */
export function lostResources(
  truth: Truth,
  whole: Resources,
  image: Image,
  found: Resources,
  damage: Damage,
  isCut: boolean,
): string | null {
  const { checkpoint } = truth.image;
  if (image.checkpoint.dialect !== checkpoint.dialect) return null;
  if (image.checkpoint.machine.arch !== checkpoint.machine.arch) return null;
  const cut = [...damage.keys()].map((name) => image.checkpoint.members.findIndex((member) => member.name === name));
  const isBoundary = !image.checkpoint.problems.some(({ member }) => member !== undefined && cut.includes(member));
  const present = new Set(image.checkpoint.members.map(({ name }) => name));
  for (const [name, table] of Object.entries(whole)) {
    const other = found[name];
    if (other === undefined) return `no table ${name}`;
    const spec = resourceNamed(name);
    const rows = byPlace(image, other);
    for (const [place, wanted] of byPlace(truth.image, table)) {
      const [member = "", offset = ""] = place.split(/ (?=\d+$)/);
      const record = table.record[wanted[0] as number] as number;
      const end = Number(offset) + recordLength(checkpoint.records, record);
      const shown = rows.get(place) ?? [];
      if (isCut) {
        const entries = wanted.map((row) => entryAt(spec, table, row));
        for (const row of shown) {
          const entry = entryAt(spec, other, row);
          const differing =
            entries.map((each) => columnsThatDiffer(spec, entry, each, isBoundary)).toSorted(byLength)[0] ?? [];
          if (differing.length > 0) return `${name} has another ${differing.join(", ")}: ${JSON.stringify(entry)}`;
        }
      }
      // Linux-CR says of many objects whose they are only in later records.
      const isSure =
        checkpoint.format === "criu" && present.has(member) && end <= (damage.get(member) ?? Number.POSITIVE_INFINITY);
      if (isSure && isCut && damage.get(member) !== undefined && shown.length === 0) return `no ${name} of ${place}`;
    }
  }
  return null;
}

const byLength = (one: readonly unknown[], other: readonly unknown[]): number => one.length - other.length;
