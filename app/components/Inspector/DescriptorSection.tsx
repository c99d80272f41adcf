// The values of a descriptor.

import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import { i32At, u8At, u32At } from "../../model/read.ts";
import type { DescriptorRow, FileRow, TableRow } from "../../model/rows.ts";
import { fileName } from "../../model/text/words.ts";
import { tableUsers } from "../../shell/objects/describe.ts";
import { useComparison } from "../context.ts";
import { ObjectLink } from "./links.tsx";
import { Section, Value } from "./Section.tsx";

export function DescriptorValues({ checkpoint, descriptor }: { checkpoint: Checkpoint; descriptor: DescriptorRow }) {
  const { descriptors } = checkpoint;
  const fd = i32At(descriptors.fd, descriptor);
  const table: TableRow = u32At(descriptors.table, descriptor);
  const file: FileRow = i32At(descriptors.file, descriptor);
  const comparison = useComparison();
  return (
    <Section title="Values">
      <dl>
        <Value name="fd" copy={String(fd)}>
          {fd}
        </Value>
        <Value name="close-on-exec">{u8At(descriptors.closeOnExec, descriptor) ? "yes" : "no"}</Value>
        <Value name="file table">
          <ObjectLink to="table" row={table}>
            of {tableUsers(checkpoint, table, 3, comparison)}
          </ObjectLink>
        </Value>
        <Value name="open file">
          {file === NONE ? (
            <span className="warn">missing from this image</span>
          ) : (
            <ObjectLink to="file" row={file}>
              {fileName(checkpoint, file)}
            </ObjectLink>
          )}
        </Value>
      </dl>
    </Section>
  );
}
