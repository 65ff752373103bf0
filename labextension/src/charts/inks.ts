/** The theme's colours, as a canvas and a file of its own can take them. */

export interface Inks {
  paper: string;
  ink: string;
  quiet: string;
  line: string;
  brand: string;
  font: string;
  dark: boolean;
}

const PLAIN: Inks = {
  paper: "rgb(255, 255, 255)",
  ink: "rgb(33, 33, 33)",
  quiet: "rgb(90, 90, 90)",
  line: "rgb(220, 220, 220)",
  brand: "rgb(25, 118, 210)",
  font: "sans-serif",
  dark: false,
};

/** Return the colours that a view's CSS comes to in the theme of now. */
export function readInks(view: HTMLElement): Inks {
  const probe = document.createElement("span");
  view.append(probe);
  const resolved = (name: string, fallback: string): string => {
    probe.style.color = `var(--nbtrack-${name})`;
    return plain(getComputedStyle(probe).color) ?? fallback;
  };
  const paper = resolved("paper", PLAIN.paper);
  const inks: Inks = {
    paper,
    ink: resolved("ink", PLAIN.ink),
    quiet: resolved("quiet", PLAIN.quiet),
    line: resolved("line", PLAIN.line),
    brand: resolved("brand", PLAIN.brand),
    font: getComputedStyle(view).fontFamily || PLAIN.font,
    dark: isDark(paper),
  };
  probe.remove();
  return inks;
}

/** Return a computed colour as rgb(): what `color-mix` gives is in a space of its own. */
export function plain(colour: string): string | null {
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
