/** From a scroll bar to rows: of very many rows the bar is shorter than they are, as browsers draw nothing longer. */

/** No browser draws an element higher than some 17 million pixels. */
const HIGHEST = 15_000_000;

export interface Shape {
  /** How many rows there are. */
  total: number;
  /** The height of one. */
  row: number;
  /** The height of what is seen of them. */
  view: number;
}

/** Return the height of the element that holds the rows. */
export function canvasHeight({ total, row }: Shape): number {
  return Math.min(total * row, HIGHEST);
}

/** Return how many pixels of rows lie above a place of the scroll bar. */
export function above(shape: Shape, scrolled: number): number {
  const whole = shape.total * shape.row;
  const canvas = canvasHeight(shape);
  if (whole <= canvas || canvas <= shape.view) {
    return scrolled;
  }
  return (Math.min(scrolled, canvas - shape.view) / (canvas - shape.view)) * (whole - shape.view);
}

/** Return the place of the scroll bar at which so many pixels of rows lie above. */
export function scrolledTo(shape: Shape, pixels: number): number {
  const whole = shape.total * shape.row;
  const canvas = canvasHeight(shape);
  const wanted = Math.max(0, Math.min(pixels, whole - shape.view));
  return whole <= canvas || whole <= shape.view
    ? wanted
    : (wanted / (whole - shape.view)) * (canvas - shape.view);
}

/** Return the first and the last row that is seen, be it in part. */
export function seen(shape: Shape, scrolled: number): [number, number] {
  const top = above(shape, scrolled);
  const first = Math.max(0, Math.floor(top / shape.row));
  return [first, Math.max(first, Math.min(shape.total - 1, Math.ceil((top + shape.view) / shape.row) - 1))];
}
