import type { Application } from "./jupyter.ts";
import { settingsOf } from "./services.ts";

/** What a user can set, as `schema/runs.json` declares it. */
export interface Settings {
  side: "left" | "right";
  status: boolean;
}

const DEFAULT: Settings = { side: "left", status: true };

/** Call a function with the settings, now and whenever they change; with the default ones where there are none. */
export async function heedSettings(
  app: Application,
  plugin: string,
  heed: (settings: Settings) => void,
): Promise<void> {
  try {
    // JupyterLab has read the settings of all extensions at once: nothing is asked for here.
    const found = await (await settingsOf(app))?.load(plugin);
    const read = () => heed({ ...DEFAULT, ...(found?.composite as Partial<Settings>) });
    found?.changed.connect(read);
    read();
  } catch {
    // A front end that was installed without the schema.
    heed(DEFAULT);
  }
}
