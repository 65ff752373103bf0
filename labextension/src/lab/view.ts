import type { Kernel } from "@jupyterlab/services";
import type { KernelConnection } from "./jupyter.ts";

/** The mime type under which an output names its widget, or says how to ask for one. */
export const VIEW = "application/vnd.nbtrack.view+json";

/** A widget that the kernel has made. */
interface WidgetView {
  readonly model_id: string;
}

/** Displayed runs, for whose panel their kernel can be asked. */
interface RunsView {
  readonly opens: string;
  readonly kernel: string;
}

/** Return what stands under `VIEW` in an output, or null. Anybody may have written the output, so it is not trusted. */
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

/** What a panel showed, which the server can show where its kernel has gone. */
export interface Kept {
  /** The store's folder as seen from the notebook's, and which file it was. */
  readonly store: string;
  readonly file: string;
  readonly only: string[] | null;
  readonly filter: string;
  readonly order_by: string[];
  readonly experiments: string[] | null;
  readonly deleted: boolean;
  readonly columns: string[];
}

/** Return what a panel's output says that it showed, or null. */
export function readKept(data: unknown): Kept | null {
  const kept = (data as { panel?: Partial<Kept> } | null | undefined)?.panel;
  const isText = (value: unknown) => typeof value === "string";
  const areTexts = (value: unknown) => Array.isArray(value) && value.every(isText);
  const whole =
    [kept?.store, kept?.file, kept?.filter].every(isText) &&
    [kept?.order_by, kept?.columns].every(areTexts) &&
    [kept?.only, kept?.experiments].every((value) => value === null || areTexts(value)) &&
    typeof kept?.deleted === "boolean";
  return whole ? (kept as Kept) : null;
}

/** The comm's target, as in `nbtrack/widgets/shown.py`. */
const COMM_TARGET = "nbtrack.view";

/** How many milliseconds a kernel has to start a subshell. */
const SUBSHELL_TIMEOUT = 1000;

/** Ask a kernel for the panel of displayed runs. Return the id of its model, or null where there is none. */
export async function askForPanel(kernel: KernelConnection, handle: string): Promise<string | null> {
  const comm = kernel.createComm(COMM_TARGET);
  if (kernel.supportsSubshells) {
    // In a subshell the kernel answers while a cell runs; else when the cell has ended.
    await Promise.race([started(comm), pause(SUBSHELL_TIMEOUT)]);
  }
  return new Promise((resolve) => {
    comm.onMsg = (message) => {
      const id = message.content.data["model_id"];
      resolve(typeof id === "string" ? id : null);
    };
    comm.onClose = () => resolve(null);
    if (comm.isDisposed) {
      resolve(null);
      return;
    }
    // The kernel may be gone before it has answered.
    comm.open({ opens: handle }).done.catch(() => resolve(null));
  });
}

/** Wait for the subshell of a comm. JupyterLab has `subshellStarted` since 4.4, but not in its types. */
async function started(comm: Kernel.IComm & { readonly subshellStarted?: Promise<void> }): Promise<void> {
  try {
    await comm.subshellStarted;
  } catch {
    // Then the kernel is asked without a subshell.
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
