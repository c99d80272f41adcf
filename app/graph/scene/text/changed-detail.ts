// What has changed about an open file besides its name, position, flags and holders, such as the remote address of a
// socket.

import { detailText, fileDetail } from "../../../model/detail-keys.ts";
import { detailOf, detailsOf } from "../../../model/detail-store.ts";
import { u8At } from "../../../model/read.ts";
import type { FileRow } from "../../../model/rows.ts";
import { stillVisible } from "../../../model/text/text.ts";
import type { GraphFileRow, Subject } from "../../order/graph.ts";
import { kindBits } from "../../order/switched-off.ts";
import { valuesOf } from "./words.ts";

const DETAIL = kindBits("file-detail");

/**
 * The first detail of a file that differs between two images, in words, from the longest to the
 * shortest; empty if none does.
 */
export function changedDetail(subject: Subject, file: GraphFileRow): readonly string[] {
  const sides = valuesOf(subject, "file", file, (image, row: FileRow) => ({ image, row }), DETAIL);
  const { before, after } = sides;
  if (before === null || after === null) return [];
  const kind = u8At(after.image.files.kind, after.row);
  for (const key of Object.keys({ ...detailsOf(before.image, before.row), ...detailsOf(after.image, after.row) })) {
    const spec = fileDetail(key, kind);
    if (spec.compared !== "value") continue;
    const values = [before, after].map(({ image, row }) => detailOf(image, row, key));
    if (spec.absent === "skip" && values.includes(undefined)) continue;
    const [earlier = "", later = ""] = values.map((value) => stillVisible(detailText(spec, value ?? null)));
    if (earlier !== later) return [`${spec.title} ${earlier} → ${later}`, ...valuesAlone(earlier, later)];
  }
  return [];
}

/** Both values without the title; for two addresses of one host, the ports. */
function valuesAlone(earlier: string, later: string): string[] {
  const texts = [`${earlier} → ${later}`];
  const host = earlier.slice(0, earlier.lastIndexOf(":"));
  if (host !== "" && later.startsWith(`${host}:`)) {
    texts.push(`…${earlier.slice(host.length)} → …${later.slice(host.length)}`);
  }
  return texts;
}
