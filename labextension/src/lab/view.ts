import type { Kernel } from "@jupyterlab/services";
import type { KernelConnection } from "./jupyter.ts";

/** The mime type with which an output says which widget it is, or how to ask for one. */
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

/** The comm's target, as in `nbtrack/widgets/shown.py`. */
const COMM_TARGET = "nbtrack.view";

/** How many milliseconds a kernel has to start a subshell. */
const SUBSHELL_TIMEOUT = 1000;

/** Ask a kernel for the panel of displayed runs: the panel's model, or null where it knows of none. */
export async function askForPanel(kernel: KernelConnection, handle: string): Promise<string | null> {
  const comm = kernel.createComm(COMM_TARGET);
  if (kernel.supportsSubshells) {
    // There it answers while a cell runs, too; without, once that has ended.
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
    // A kernel that goes before it has answered.
    comm.open({ opens: handle }).done.catch(() => resolve(null));
  });
}

/** JupyterLab has it since 4.4, but not among the types of a comm. */
async function started(comm: Kernel.IComm & { readonly subshellStarted?: Promise<void> }): Promise<void> {
  try {
    await comm.subshellStarted;
  } catch {
    // Then it is asked without one.
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
