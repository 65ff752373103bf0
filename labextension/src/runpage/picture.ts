import { element } from "../ui/dom.ts";
import { oneLine } from "../ui/text.ts";

/** Pictures that are pixels. */
const PIXELS = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/** Return pixels as an image; what is none is not given to the browser to guess at. */
export function picture(type: string, data: string, name: string): HTMLElement {
  if (!PIXELS.includes(type) || !/^[\d+/=A-Za-z]*$/u.test(data)) {
    return element("p", { class: "nbtrack-run-quiet" }, "This is no picture.");
  }
  return element("img", {
    src: `data:${type};base64,${data}`,
    alt: oneLine(name),
    class: "nbtrack-run-picture",
  });
}

/**
 * An SVG as an image. There a browser runs no script of it and loads nothing for it. A data URL, as one that points to
 * this page's own origin would run its scripts where it is opened by itself.
 */
export function drawing(text: string, name: string): HTMLElement {
  return element("img", {
    src: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`,
    alt: oneLine(name),
    class: "nbtrack-run-picture",
  });
}
