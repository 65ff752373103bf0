/** The mime type with which an output says which widget it is, or how to ask for one. */
export const VIEW = "application/vnd.nbtrack.view+json";

/** A widget that the kernel has made. */
export interface WidgetView {
  readonly model_id: string;
}

/** Displayed runs, for whose panel their kernel can be asked. */
export interface RunsView {
  readonly opens: string;
  readonly kernel: string;
}

/** What stands under `VIEW` in an output, which may have been written by anybody; null where it is neither. */
export function readView(data: unknown): WidgetView | RunsView | null {
  if (typeof data !== "object" || data === null) {
    return null;
  }
  if ("model_id" in data && typeof data.model_id === "string" && data.model_id !== "") {
    return { model_id: data.model_id };
  }
  if (
    "opens" in data &&
    "kernel" in data &&
    typeof data.opens === "string" &&
    typeof data.kernel === "string" &&
    /^[0-9a-f]{32}$/u.test(data.opens)
  ) {
    return { opens: data.opens, kernel: data.kernel };
  }
  return null;
}
