// An inspected record or message: its fields, each with its bytes, its raw value and its meaning.

/** One field of one record. Offsets are in bytes from the start of the member that the record is in. */
export interface Field {
  /** Dotted where structs nest: `common.f_pos`. */
  readonly name: string;
  /** C or protobuf type, as given in the format's description. */
  readonly type: string;
  readonly offset: number;
  readonly length: number;
  /**
   * The value as it is stored: a decimal number, text made visible, or opaque bytes in hex, cut
   * off with `…` if there are many.
   */
  readonly raw: string;
  /** What the value means; `null` where the raw value says it all. */
  readonly meaning: string | null;
  /** The object that the value refers to, if it is in this image. */
  readonly refers?: Reference;
  /** `padding`: no information; `payload`: bytes that the struct does not describe. */
  readonly role?: "padding" | "payload";
  /** The image or the record ends inside the value: `raw` is what is left of it. */
  readonly cut?: true;
}

/** A row that a field's value refers to. */
export interface Reference {
  readonly to: "file" | "table" | "task" | "record";
  readonly row: number;
}

/** What a format records about an open file beyond the common columns. 64-bit numbers are decimal strings. */
export interface Details {
  readonly [key: string]: DetailValue;
}

export type DetailValue = string | number | boolean | null | Details | readonly DetailValue[];
