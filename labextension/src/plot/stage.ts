import { element } from "../ui/dom.ts";
import { saveBlob, saveText } from "../ui/export.ts";
import { CanvasPen } from "./canvas.ts";
import { readTheme, type Theme } from "./colours.ts";
import type { Pen } from "./pen.ts";
import { SvgPen } from "./svg.ts";

export interface Size {
  width: number;
  height: number;
}

/** What a chart draws with: pen, theme and size. */
export interface Sheet {
  pen: Pen;
  size: Size;
  theme: Theme;
}

export interface Drawing {
  height: (width: number) => number;
  draw: (sheet: Sheet) => void;
  /** Draws the legend below a chart in a file. Without a sheet it only returns its height. */
  key?: (width: number, sheet?: Sheet, top?: number) => number;
  /** Draws what changes with the pointer, on a layer of its own, so that the curves need not be drawn again. */
  over?: (sheet: Sheet) => void;
}

const WIDTH = 640;
const PNG_SCALE = 2;

/** The canvas of a chart. It follows the width and the theme of the page, and can be saved as PNG or SVG. */
export class Stage {
  readonly root: HTMLElement;
  /** The element that receives pointer and keyboard events. */
  readonly surface: HTMLElement;
  readonly #drawing: Drawing;
  readonly #layers: readonly [HTMLCanvasElement, HTMLCanvasElement];
  readonly #signal: AbortSignal;
  #size: Size = { width: WIDTH, height: 0 };
  #theme: Theme | undefined;
  #waiting = 0;

  constructor(drawing: Drawing, label: string, signal: AbortSignal, interactive = true) {
    this.#drawing = drawing;
    this.#signal = signal;
    this.#layers = [
      element("canvas", { "aria-hidden": "true" }),
      element("canvas", { "aria-hidden": "true", class: "nbtrack-chart-over" }),
    ];
    const reach: Record<string, string> = interactive
      ? { tabindex: "0", role: "application" }
      : { role: "img" };
    this.surface = element("div", { class: "nbtrack-chart-surface", "aria-label": label, ...reach });
    this.root = element("div", { class: "nbtrack-chart-stage" }, ...this.#layers, this.surface);
    this.#follow();
  }

  get size(): Size {
    return this.#size;
  }

  get theme(): Theme {
    const theme = this.#theme ?? readTheme(this.root);
    // An element outside the page has no styles, so the theme is not known.
    this.#theme = this.root.isConnected ? theme : undefined;
    return theme;
  }

  /** Draw everything before the next frame. */
  redraw(): void {
    if (this.#waiting === 0 && !this.#signal.aborted) {
      this.#waiting = requestAnimationFrame(() => {
        this.#waiting = 0;
        this.#paint();
      });
    }
  }

  /** Draw the layer that changes with the pointer. */
  redrawOver(): void {
    this.#paintLayer(this.#layers[1], this.#drawing.over);
  }

  async savePng(name: string): Promise<void> {
    const canvas = document.createElement("canvas");
    const whole = this.#wholeSize();
    const context = sized(canvas, whole, PNG_SCALE);
    if (context === null) {
      return;
    }
    const pen = new CanvasPen(context, this.theme.font);
    pen.rectangle([0, 0, whole.width, whole.height], this.theme.paper);
    this.#drawWhole(pen);
    const blob = await new Promise<Blob | null>((resolve) => {
      canvas.toBlob(resolve, "image/png");
    });
    if (blob !== null) {
      saveBlob(blob, `${name}.png`);
    }
  }

  saveSvg(name: string): void {
    saveText(this.svg(), `${name}.svg`, "image/svg+xml");
  }

  /** Return the chart as the text of an SVG file. */
  svg(): string {
    const { width, height } = this.#wholeSize();
    const pen = new SvgPen({ width, height }, this.theme.font, this.theme.paper);
    this.#drawWhole(pen);
    return pen.toString();
  }

  #wholeSize(): Size {
    const { width, height } = this.#size;
    return { width, height: height + (this.#drawing.key?.(width) ?? 0) };
  }

  #drawWhole(pen: Pen): void {
    const sheet = { pen, size: this.#size, theme: this.theme };
    this.#drawing.draw(sheet);
    this.#drawing.key?.(this.#size.width, sheet, this.#size.height);
  }

  #follow(): void {
    const resized = new ResizeObserver(() => this.#measure());
    resized.observe(this.root);
    // JupyterLab sets its theme as an attribute of the body.
    const themed = new MutationObserver(() => {
      this.#theme = undefined;
      this.redraw();
    });
    themed.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "class"] });
    this.#signal.addEventListener("abort", () => {
      resized.disconnect();
      themed.disconnect();
      cancelAnimationFrame(this.#waiting);
    });
  }

  #measure(): void {
    const width = Math.round(this.root.clientWidth);
    if (width > 0 && (width !== this.#size.width || this.#theme === undefined)) {
      this.#size = { ...this.#size, width };
      this.redraw();
    }
  }

  #paint(): void {
    if (this.root.clientWidth > 0) {
      this.#size = { ...this.#size, width: Math.round(this.root.clientWidth) };
    }
    this.#size = { ...this.#size, height: this.#drawing.height(this.#size.width) };
    this.root.style.height = `${this.#size.height}px`;
    this.#paintLayer(this.#layers[0], this.#drawing.draw);
    this.redrawOver();
  }

  #paintLayer(canvas: HTMLCanvasElement, draw: Drawing["draw"] | undefined): void {
    const context = sized(canvas, this.#size, globalThis.devicePixelRatio || 1);
    if (context !== null && draw !== undefined) {
      draw({ pen: new CanvasPen(context, this.theme.font), size: this.#size, theme: this.theme });
    }
  }
}

function sized(
  canvas: HTMLCanvasElement,
  { width, height }: Size,
  ratio: number,
): CanvasRenderingContext2D | null {
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  context?.scale(ratio, ratio);
  return context;
}
