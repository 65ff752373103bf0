/** The colours of runs and of the theme. Colour-blind people can tell the runs apart, with a contrast of at least 3. */

const LIGHT = ["#378ced", "#d1701b", "#489552", "#b36cb2", "#584e02", "#422998", "#890038", "#7a7a7a"];
const DARK = ["#17cfff", "#cb6915", "#a5f7a9", "#f655b3", "#ecd645", "#8389fd", "#db8489", "#e5e5e5"];
const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3]];

const RAMP_LIGHT = ["#352a86", "#0a5fa8", "#0a8c9a", "#2f9e5f", "#a58f00", "#d3701a"];
const RAMP_DARK = ["#8f7bff", "#4aa3f0", "#3cc3c8", "#63cf8b", "#d6c33a", "#ffa25a"];

export type LineStyle = "solid" | "dashed" | "dotted";

/** Gives each run a colour of its own, the same in all views that share the object. */
export class Colours {
  readonly #slots = new Map<string, number>();
  readonly #taken = new Set<number>();
  /** No slot below it is free. */
  #next = 0;

  /** Return the slot of a run. A new run gets the first free one. */
  slot(id: string): number {
    const known = this.#slots.get(id);
    if (known !== undefined) {
      return known;
    }
    while (this.#taken.has(this.#next)) {
      this.#next += 1;
    }
    this.#take(id, this.#next);
    return this.#next;
  }

  /** Begin anew with these runs, solid lines first. Of runs that had a solid line, each keeps its colour. */
  begin(ids: Iterable<string>): void {
    const runs = [...ids];
    const before = new Map(this.#slots);
    this.#slots.clear();
    this.#taken.clear();
    this.#next = 0;
    for (const id of runs) {
      const slot = before.get(id);
      if (slot !== undefined && slot < LIGHT.length) {
        this.#take(id, slot);
      }
    }
    for (const id of runs) {
      this.slot(id);
    }
  }

  #take(id: string, slot: number): void {
    this.#slots.set(id, slot);
    this.#taken.add(slot);
  }

  of(id: string, dark: boolean): string {
    return slotColour(this.slot(id), dark);
  }

  /** Return the style of the run's line in CSS. */
  style(id: string): LineStyle {
    const [long] = this.dash(id);
    if (long === undefined) {
      return "solid";
    }
    return long > 3 ? "dashed" : "dotted";
  }

  /** Return the dashes of the run's line. They tell the ninth run from the first, which has the same colour. */
  dash(id: string): readonly number[] {
    return DASHES[Math.floor(this.slot(id) / LIGHT.length) % DASHES.length] ?? [];
  }
}

/** Return the colour of a slot. After the last colour the palette begins again. */
export function slotColour(slot: number, dark: boolean): string {
  const colours = dark ? DARK : LIGHT;
  return colours[slot % colours.length] ?? "#888888";
}

/** Return the colour of a number between 0 (low) and 1 (high). */
export function ramp(part: number, dark: boolean): string {
  const stops = dark ? RAMP_DARK : RAMP_LIGHT;
  const place = Math.min(1, Math.max(0, part)) * (stops.length - 1);
  const start = Math.min(stops.length - 2, Math.floor(place));
  const from = channels(stops[start] ?? "#000000");
  const to = channels(stops[start + 1] ?? "#000000");
  const mixed = from.map((one, channel) => Math.round(one + ((to[channel] ?? 0) - one) * (place - start)));
  return `rgb(${mixed.join(", ")})`;
}

/** Return a colour mixed with that of the page, on which dots of the colour stand out. */
export function paled(colour: string, paper: string): string {
  const [from, to] = [colour, paper].map((one) => one.match(/[\d.]+/gu)?.map(Number) ?? []);
  return `rgb(${[0, 1, 2].map((part) => Math.round(0.55 * (from?.[part] ?? 0) + 0.45 * (to?.[part] ?? 0))).join(", ")})`;
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((start) => Number.parseInt(colour.slice(start, start + 2), 16));
}

/** The colours of the theme, in a form for canvases and files. */

export interface Theme {
  paper: string;
  ink: string;
  quiet: string;
  line: string;
  brand: string;
  font: string;
  dark: boolean;
}

const DEFAULT_THEME: Theme = {
  paper: "rgb(255, 255, 255)",
  ink: "rgb(33, 33, 33)",
  quiet: "rgb(90, 90, 90)",
  line: "rgb(220, 220, 220)",
  brand: "rgb(25, 118, 210)",
  font: "sans-serif",
  dark: false,
};

let { font } = DEFAULT_THEME;

/** Return the font of the theme that was read last: all views of a page have the same. */
export function labelFont(): string {
  return font;
}

/** Return the colours of a view's CSS in the current theme. */
export function readTheme(view: HTMLElement): Theme {
  const probe = document.createElement("span");
  view.append(probe);
  const resolved = (name: string, fallback: string): string => {
    probe.style.color = `var(--nbtrack-${name})`;
    return rgb(getComputedStyle(probe).color) ?? fallback;
  };
  const paper = resolved("paper", DEFAULT_THEME.paper);
  const theme: Theme = {
    paper,
    ink: resolved("ink", DEFAULT_THEME.ink),
    quiet: resolved("quiet", DEFAULT_THEME.quiet),
    line: resolved("line", DEFAULT_THEME.line),
    brand: resolved("brand", DEFAULT_THEME.brand),
    font: getComputedStyle(view).fontFamily || DEFAULT_THEME.font,
    dark: isDark(paper),
  };
  probe.remove();
  ({ font } = theme);
  return theme;
}

/** Return a computed colour as rgb(), also one of `color-mix`, which is in another colour space. */
export function rgb(colour: string): string | null {
  const numbers = colour.match(/-?[\d.]+(?:e-?\d+)?/gu)?.map(Number) ?? [];
  if (numbers.length < 3) {
    return null;
  }
  const scale = colour.startsWith("color(") ? 255 : 1;
  return `rgb(${numbers
    .slice(0, 3)
    .map((part) => Math.round(part * scale))
    .join(", ")})`;
}

function isDark(colour: string): boolean {
  const [red = 255, green = 255, blue = 255] = colour.match(/\d+/gu)?.map(Number) ?? [];
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}
