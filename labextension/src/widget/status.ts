/** How runs ended whose values are not marked as the best: as `UNSTARRED` of the Python half. */
export const UNSTARRED: ReadonlySet<string> = new Set(["CRASHED", "FAILED", "RUNNING"]);
