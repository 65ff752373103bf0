import type { Kernel } from "@jupyterlab/services";
import type { KernelConnection } from "./jupyter.ts";

/** The comm's target, as in `nbtrack/widgets/shown.py`. */
const TARGET = "nbtrack.view";

/** Milliseconds in which a kernel has started a subshell. */
const SUBSHELL = 1000;

/** Ask a kernel for the panel of displayed runs: the panel's model, or null where it knows of none. */
export async function askForPanel(kernel: KernelConnection, handle: string): Promise<string | null> {
  const comm = kernel.createComm(TARGET);
  if (kernel.supportsSubshells) {
    // There it answers while a cell runs, too; without, once that has ended.
    await Promise.race([started(comm), pause(SUBSHELL)]);
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
