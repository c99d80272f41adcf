// Adds open files and sets their properties. Casts `as number` read a row that the caller added.

import { HAS } from "../../model/checkpoint.ts";
import type { FileRow, RecordRow } from "../../model/rows.ts";
import type { JsonBytes } from "../../model/text/json-bytes.ts";
import { type FileColumns, fileColumns } from "./columns.ts";
import { addBatch, addedColumn, addInodes, addVarying, type FileBatch } from "./file-batch.ts";
import { type Growth, grow, growTo } from "./growing.ts";
import type { TextPool } from "./text-pool.ts";

/** Columns of 64-bit numbers as words. */
const aliasWords = ({ pos, version, size }: FileColumns) => ({
  pos: new Uint32Array(pos.buffer),
  version: new Uint32Array(version.buffer),
  size: new Uint32Array(size.buffer),
});

export function createOpenFiles(growth: Growth, text: TextPool) {
  const files: FileColumns = fileColumns();
  let words = aliasWords(files);

  const setName = (file: FileRow, offset: number, length: number, stable: number): void => {
    files.nameOffset[file] = offset;
    files.nameLength[file] = length;
    setVarying(file, length - stable);
  };
  const setVarying = (file: FileRow, length: number): void => {
    if (files.nameVarying.length === 0 && length > 0) addVarying(files, growth.budget);
    if (files.nameVarying.length > 0) files.nameVarying[file] = length;
  };
  return {
    files,

    /** How many files can be added without growing. */
    fileRoom: (): number => files.capacity - files.count,

    /** Adds the files of a batch, of at most `fileRoom()` rows; returns the first. Their names are at its offsets. */
    addFiles(batch: FileBatch, firstRecord: RecordRow): FileRow {
      const first = addBatch(files, growth.budget, batch, firstRecord);
      words = aliasWords(files);
      return first;
    },

    /** Adds an open file of which only the id is known so far. */
    addFile(id: number, record: RecordRow): FileRow {
      if (files.count === files.capacity) {
        grow(files, growth);
        words = aliasWords(files);
      }
      const row = files.count++;
      files.id[row] = id;
      files.record[row] = record;
      return row;
    },

    /** f_pos as two 32-bit words: no BigInt is made while decoding. */
    setPos(file: FileRow, low: number, high: number): void {
      words.pos[2 * file] = low;
      words.pos[2 * file + 1] = high;
      files.has[file] = (files.has[file] as number) | HAS.pos;
    },

    /** f_version as two 32-bit words. */
    setVersion(file: FileRow, low: number, high: number): void {
      if (low !== 0 || high !== 0) {
        if (files.version.length === 0) {
          files.version = addedColumn(BigUint64Array, files.capacity, growth.budget);
          words = aliasWords(files);
        }
        words.version[2 * file] = low;
        words.version[2 * file + 1] = high;
      }
      files.has[file] = (files.has[file] as number) | HAS.version;
    },

    /**
     * Sets the known values of the inode of a file with a path.
     *
     * @param mode st_mode; 0: not known. @param sizeLow, sizeHigh In bytes, as two 32-bit words; NO_SIZE: not known.
     */
    setInode(file: FileRow, mode: number, sizeLow: number, sizeHigh: number, mountId: number): void {
      if (files.inodeMode.length === 0) {
        addInodes(files);
        words = aliasWords(files);
      }
      files.inodeMode[file] = mode;
      words.size[2 * file] = sizeLow;
      words.size[2 * file + 1] = sizeHigh;
      files.mountId[file] = mountId;
      files.has[file] = (files.has[file] as number) | HAS.inode;
    },

    /** Sets how many bytes at the end of a file's name differ from dump to dump. */
    setVarying,

    /** Sets a file's path to the bytes from `start` up to a NUL or `end`; returns where that is. */
    setPathToNul(file: FileRow, bytes: Uint8Array, start: number, end: number): number {
      const at = text.length();
      const stop = text.addToNul(bytes, start, end);
      setName(file, at, stop - start, stop - start);
      files.has[file] = (files.has[file] as number) | HAS.path;
      return stop;
    },

    /** Sets a file's path to bytes[start … end - 1]. */
    setPath(file: FileRow, bytes: Uint8Array, start: number, end: number): void {
      setName(file, text.add(bytes, start, end), end - start, end - start);
      files.has[file] = (files.has[file] as number) | HAS.path;
    },

    /** Sets the name to show for a file without a path. Comparisons use its first `stable` bytes. */
    setName(file: FileRow, name: string, stable = name.length): void {
      const at = text.length();
      text.addString(name);
      const length = text.length() - at;
      setName(file, at, length, Math.min(stable, length));
    },

    /** `setName` for a name that was written as bytes. */
    setWrittenName(file: FileRow, { bytes, length }: JsonBytes, stable: number): void {
      const at = text.length();
      text.addShort(bytes, length);
      setName(file, at, length, stable);
    },

    /** `setName` for a name that is raw bytes of the image in part. */
    setNameBytes(file: FileRow, name: Uint8Array, stable: number): void {
      setName(file, text.add(name, 0, name.length), name.length, stable);
    },

    /** Reserves capacity for more files. */
    reserveFiles(more: number): void {
      if (files.count + more <= files.capacity) return;
      growTo(files, files.count + more, growth.budget);
      words = aliasWords(files);
    },
  };
}
