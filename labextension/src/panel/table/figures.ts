import type { Value } from "../../kernel/documents.ts";
import { shownFigure } from "../../ui/text.ts";
import type { Rows } from "../messages.ts";

/** Digits that count of a column's greatest number, and those that its least keeps. */
const DIGITS = 5;
const LEAST_DIGITS = 3;
/** Digits before and after the point together, beyond which decimals are left out. */
const MAX_DIGITS = 10;
/** Sizes between which a number is written plainly. Outside it has an exponent: nobody counts so many zeros. */
const PLAIN_FROM = 1e-5;
const PLAIN_TO = 1e10;
const MAX_WHOLE = 1e15;

/** Pixels beside a number: the slot of the star, and the cell's margins. */
const BESIDE = 28;

/** What the numbers of a column have in common. */
interface Column {
  /** Whether all of them are whole. */
  whole: boolean;
  /** How many decimals five digits of them have at most. */
  decimals: number;
  least: number;
  greatest: number;
  negative: boolean;
  plain: number;
  /** How many are written with an exponent, or are none such as `nan`. */
  odd: number;
  /** The most characters of what comes as text: `nan`, whole numbers of many digits. */
  texts: number;
}

/** How a column's numbers are written: with so many decimals, or null for an exponent; and in how many characters. */
interface Form {
  decimals: number | null;
  characters: number;
}

/**
 * The form of each column's numbers, the same in all its rows, so that the points stand below each other.
 *
 * It follows from the rows that were loaded. A column only becomes wider as long as the query is the same.
 */
export class Figures {
  /** How wide a digit is. */
  digit = 8.3;
  readonly #columns = new Map<string, Column>();
  readonly #forms = new Map<string, Form>();

  /** Look at rows. `anew` forgets all others. Return whether a column's numbers look different now. */
  take({ columns, heads }: Pick<Rows, "columns" | "heads">, anew: boolean): boolean {
    if (anew) {
      this.#columns.clear();
    }
    let changed = false;
    for (const [name, values] of Object.entries(columns)) {
      if (heads[name]?.kind === "metrics" || heads[name]?.kind === "params") {
        const column = this.#columns.get(name) ?? fresh();
        this.#columns.set(name, column);
        for (const value of values) {
          add(column, value);
        }
        const form = formOf(column);
        const before = this.#forms.get(name);
        changed ||= before?.decimals !== form.decimals || before.characters !== form.characters;
        this.#forms.set(name, form);
      }
    }
    return changed;
  }

  /** How many pixels a column needs, so that its widest number is not cut. */
  width(column: string): number {
    const characters = this.#forms.get(column)?.characters ?? 0;
    return characters === 0 ? 0 : Math.ceil(characters * this.digit) + BESIDE;
  }

  /** Return a number as its column writes it. */
  text(column: string, value: number | [string]): string {
    const form = this.#forms.get(column);
    return form === undefined
      ? shownFigure(value)
      : figureText(value, form.decimals ?? 0, form.decimals === null);
  }
}

function fresh(): Column {
  return {
    whole: true,
    decimals: 0,
    least: Number.POSITIVE_INFINITY,
    greatest: 0,
    negative: false,
    plain: 0,
    odd: 0,
    texts: 0,
  };
}

function add(column: Column, value: Value): void {
  if (Array.isArray(value) && value.length > 0) {
    column.texts = Math.max(column.texts, figureText(value as [string], 0, false).length);
    column.odd += 1;
  } else if (typeof value === "number") {
    const size = Math.abs(value);
    column.negative ||= value < 0;
    column.whole &&= Number.isInteger(value) && size < MAX_WHOLE;
    if (isPlain(value)) {
      column.plain += 1;
      column.greatest = Math.max(column.greatest, size);
      if (size > 0) {
        column.least = Math.min(column.least, size);
        column.decimals = Math.max(column.decimals, decimalsOf(value));
      }
    } else {
      column.odd += 1;
    }
  }
}

function isPlain(value: number): boolean {
  const size = Math.abs(value);
  return size === 0 || (Number.isInteger(value) ? size < MAX_WHOLE : size >= PLAIN_FROM && size < PLAIN_TO);
}

/** Return how many decimals a number has that is rounded to five digits. */
function decimalsOf(value: number): number {
  if (Number.isInteger(value)) {
    return 0;
  }
  const [digits = "", exponent = "0"] = value.toExponential(DIGITS - 1).split("e");
  const fraction = digits.replace(/^-?\d\.?/u, "").replace(/0+$/u, "");
  return Math.max(0, fraction.length - Number(exponent));
}

function formOf(column: Column): Form {
  const sign = column.negative ? 1 : 0;
  if (column.plain === 0 || column.odd > column.plain) {
    const characters = column.odd > 0 ? "1.234e-05".length + sign : 0;
    return { decimals: null, characters: Math.max(characters, column.texts) };
  }
  const before = column.greatest < 1 ? 1 : Math.floor(Math.log10(column.greatest)) + 1;
  const ofGreatest = DIGITS - before + (column.greatest < 1 ? 1 : 0);
  const ofLeast = Number.isFinite(column.least) ? LEAST_DIGITS - 1 - Math.floor(Math.log10(column.least)) : 0;
  const wanted = Math.min(column.decimals, Math.max(ofGreatest, ofLeast));
  const decimals = column.whole ? 0 : Math.max(0, Math.min(wanted, MAX_DIGITS - before));
  const plain = before + (decimals > 0 ? decimals + 1 : 0) + sign;
  const odd = column.odd > 0 || decimals < ofLeast ? "1.23e-05".length + sign : 0;
  return { decimals, characters: Math.max(plain, odd, column.texts) };
}

/** Return a number with so many decimals, or with an exponent where it must be. */
function figureText(value: number | [string], decimals: number, exponents: boolean): string {
  if (Array.isArray(value)) {
    // JavaScript has no whole numbers of so many digits; the tooltip has them all.
    const [text] = value;
    return text.length > MAX_DIGITS + 2 ? exponential(Number(text), 3) : text;
  }
  if (exponents) {
    return value === 0 ? "0" : exponential(value, 3);
  }
  const text = value.toFixed(decimals);
  return isPlain(value) && (value === 0 || Number(text) !== 0) ? text : exponential(value, 2);
}

/** Return a number as Python's `%e` writes it: exponents of two digits stand below each other. */
function exponential(value: number, decimals: number): string {
  return value.toExponential(decimals).replace(/e([+-])(\d)$/u, "e$10$2");
}
