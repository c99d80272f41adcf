// The forms of values in the lines of fdinfo, and as details. A value in another form is not read: it is unknown, not
// zero.

import type { DetailValue } from "../../../model/fields.ts";
import { type Bits, bitsOf, bitWords } from "../../../model/names/bits.ts";
import { clockId, clockName, deviceText, flagsOf, signalMask } from "../../../model/names/named-values.ts";
import { flagNames } from "../../../model/names/names.ts";
import { signalNames } from "../../../model/names/signals.ts";

/** One form of value. Both functions return undefined for what they do not understand. */
export interface Form {
  readonly read: (text: string) => DetailValue | undefined;
  readonly write: (value: DetailValue) => string | undefined;
}

/** A number of at most 32 bits, with as many digits as `digits` says. */
function numberForm(base: number, digits: RegExp, prefix = ""): Form {
  return {
    read(text) {
      const value = digits.test(text) ? Number.parseInt(text.slice(prefix.length), base) : Number.NaN;
      return value <= 0xffffffff ? value : undefined;
    },
    write: (value) => (isWord(value) ? `${prefix}${value.toString(base)}` : undefined),
  };
}

const isWord = (value: DetailValue): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 0xffffffff;

export const decimal = numberForm(10, /^\d{1,10}$/);
export const hex = numberForm(16, /^[\da-f]{1,8}$/);
export const prefixedHex = numberForm(16, /^0x[\da-f]{1,8}$/, "0x");
export const octal: Form = {
  ...numberForm(8, /^[0-7]{1,11}$/),
  write: (value) => (isWord(value) ? `0${value.toString(8)}` : undefined),
};

/** A 64-bit number: a decimal string among the details. */
function longForm(base: 10 | 16, digits: RegExp, prefix: string): Form {
  const start = base === 16 ? "0x" : "";
  return {
    read(text) {
      if (!digits.test(text)) return undefined;
      const value = BigInt(start + text.slice(prefix.length));
      return value < 1n << 64n ? value.toString() : undefined;
    },
    write: (value) =>
      typeof value === "string" && /^\d{1,20}$/.test(value) ? `${prefix}${BigInt(value).toString(base)}` : undefined,
  };
}

export const longDecimal = longForm(10, /^\d{1,20}$/, "");
export const longHex = longForm(16, /^[\da-f]{1,16}$/, "");
export const prefixedLongHex = longForm(16, /^0x[\da-f]{1,16}$/, "0x");

/** 0 and 1. */
export const flag: Form = {
  read: (text) => (text === "0" || text === "1" ? text === "1" : undefined),
  write: (value) => (typeof value === "boolean" ? String(Number(value)) : undefined),
};

/** A text that is kept as it is. */
const textForm = (pattern: RegExp): Form => ({
  read: (text) => (pattern.test(text) ? text : undefined),
  write: (value) => (typeof value === "string" && pattern.test(value) ? value : undefined),
});

export const tag = textForm(/^[\da-f]{16}$/);
export const word = textForm(/^[a-z_]{1,32}$/);

/** A value that is left out where it is zero. */
export const ifSet = (form: Form): Form => ({
  ...form,
  read(text) {
    const value = form.read(text);
    return value === 0 || value === "0" ? undefined : value;
  },
});

/** Bits, in hexadecimal, by their names. */
export const bits = (names: Bits): Form => ({
  read(text) {
    const value = hex.read(text);
    return typeof value === "number" ? bitWords(names, value) : undefined;
  },
  write(value) {
    const number = Array.isArray(value) ? bitsOf(names, value) : undefined;
    return number === undefined ? undefined : hex.write(number);
  },
});

/** Flags of open(2), in hexadecimal. */
export const openFlags: Form = {
  read(text) {
    const value = hex.read(text);
    return typeof value === "number" ? flagNames(value, null) : undefined;
  },
  write(value) {
    const number = Array.isArray(value) ? flagsOf(value, null) : undefined;
    return number === undefined ? undefined : hex.write(number);
  },
};

/** 16 hexadecimal digits: bit 0 is signal 1. */
export const signals: Form = {
  read(text) {
    if (!/^[\da-f]{16}$/.test(text)) return undefined;
    return signalNames(Number.parseInt(text.slice(8), 16), Number.parseInt(text.slice(0, 8), 16), null);
  },
  write(value) {
    const mask = Array.isArray(value) ? signalMask(value, null) : undefined;
    return mask?.toString(16).padStart(16, "0");
  },
};

export const clock: Form = {
  read(text) {
    const id = decimal.read(text);
    return typeof id === "number" ? (clockName(id) ?? id) : undefined;
  },
  write(value) {
    const id = typeof value === "string" ? clockId(value) : value;
    return id === undefined ? undefined : decimal.write(id);
  },
};

/** `(5, 7)`: seconds and nanoseconds; `5.000000007`. */
export const time: Form = {
  read(text) {
    const [, seconds = "", rest = ""] = /^\((\d{1,20}), (\d{1,9})\)$/.exec(text) ?? [];
    return seconds === "" ? undefined : `${BigInt(seconds)}.${rest.padStart(9, "0")}`;
  },
  write(value) {
    const [, seconds = "", rest = ""] = (typeof value === "string" && /^(\d{1,20})\.(\d{9})$/.exec(value)) || [];
    return seconds === "" ? undefined : `(${seconds}, ${Number(rest)})`;
  },
};

/** A device in hexadecimal, in the kernel's encoding. */
export const device: Form = {
  read(text) {
    const value = hex.read(text);
    return typeof value === "number" ? deviceText(value) : undefined;
  },
  write(value) {
    const [, major = "", minor = ""] = (typeof value === "string" && /^(\d{1,4}):(\d{1,7})$/.exec(value)) || [];
    const number = Number(major) * 2 ** 20 + Number(minor);
    return major === "" || Number(minor) >= 2 ** 20 ? undefined : hex.write(number);
  },
};
