/** The part of JupyterLab's module that is used, which is there when JupyterLab runs. */
// biome-ignore lint/correctness/noUnresolvedImports: it is declared here because its package is not installed.
declare module "@jupyterlab/apputils" {
  /** The token of the command palette. */
  export const ICommandPalette: unknown;
}
