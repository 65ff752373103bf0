import type { Application, Token } from "./jupyter.ts";

/*
 * Services that not every front end has: Notebook has no launcher and no status bar, and Voila not even the modules.
 *
 * Their tokens are compared by identity, so that they must be those of the page. The build takes the modules from the
 * page without having them; a module that the page lacks fails when it is imported, and is therefore imported late.
 */

/** Return a service, or null where the front end has none. */
async function service<Service>(
  app: Application,
  token: () => Promise<Token<Service>>,
): Promise<Service | null> {
  try {
    return await app.resolveOptionalService(await token());
  } catch {
    // The page has no such module.
    return null;
  }
}

export const launcherOf = (app: Application) =>
  service(app, async () => (await import("@jupyterlab/launcher")).ILauncher);

export const paletteOf = (app: Application) =>
  service(app, async () => (await import("@jupyterlab/apputils")).ICommandPalette);

export const restorerOf = (app: Application) =>
  service(app, async () => (await import("@jupyterlab/application")).ILayoutRestorer);

export const settingsOf = (app: Application) =>
  service(app, async () => (await import("@jupyterlab/settingregistry")).ISettingRegistry);

export const statusBarOf = (app: Application) =>
  service(app, async () => (await import("@jupyterlab/statusbar")).IStatusBar);

export const codeOverridesOf = (app: Application) =>
  service(app, async () => (await import("@jupyter-lsp/jupyterlab-lsp")).ILSPCodeOverridesManager);
