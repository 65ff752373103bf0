/*
 * The modules of JupyterLab from which tokens are taken: the page has them, not the build. See `services.ts`.
 */

declare module "@jupyterlab/application" {
  export const ILayoutRestorer: import("./jupyter.ts").Token<import("./jupyter.ts").Restorer>;
}

declare module "@jupyterlab/apputils" {
  export const ICommandPalette: import("./jupyter.ts").Token<import("./jupyter.ts").Palette>;
}

declare module "@jupyterlab/launcher" {
  export const ILauncher: import("./jupyter.ts").Token<import("./jupyter.ts").Launcher>;
}

declare module "@jupyterlab/settingregistry" {
  export const ISettingRegistry: import("./jupyter.ts").Token<import("./jupyter.ts").SettingRegistry>;
}

declare module "@jupyterlab/statusbar" {
  export const IStatusBar: import("./jupyter.ts").Token<import("./jupyter.ts").StatusBar>;
}

declare module "@jupyter-lsp/jupyterlab-lsp" {
  export const ILSPCodeOverridesManager: import("./jupyter.ts").Token<import("./jupyter.ts").CodeOverrides>;
}
