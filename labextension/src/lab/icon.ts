/** A table with a chart above it. JupyterLab's themes colour `jp-icon3`, and its places set the size. */
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24" style="display: block; margin: auto">
<g class="jp-icon3" fill="#616161"><path d="M3 20h18v1.6H3z"/><path d="M4 12.5h3.4V18H4z"/><path d="M10.3 8.5h3.4V18h-3.4z"/>
<path d="M16.6 3h3.4v15h-3.4z"/></g></svg>`;

/** Return how Lumino draws the icon at a size. */
const drawn = (size: number) => (host: HTMLElement) => {
  host.innerHTML = SVG.replace('width="16"', `width="${size}"`);
};

/** The icon in the side bar, where JupyterLab's own are larger. */
export const SIDE_ICON = { render: drawn(20) };

/**
 * The icon of the runs, in a form that JupyterLab makes its own of where it needs one.
 *
 * Lumino calls `render`; the launcher takes the rest.
 */
export const ICON = {
  name: "nbtrack:runs",
  svgstr: SVG,
  render: drawn(16),
};
