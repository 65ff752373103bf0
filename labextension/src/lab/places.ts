import { CATEGORY, SHOW, WIDE } from "./commands.ts";
import type { Application } from "./jupyter.ts";
import { launcherOf, paletteOf } from "./services.ts";

/** Offer the panel where JupyterLab offers what it has: in the palette and in the launcher. Its menu reads the schema. */
export async function offer(app: Application): Promise<void> {
  const [palette, launcher] = await Promise.all([paletteOf(app), launcherOf(app)]);
  for (const command of [SHOW, WIDE]) {
    palette?.addItem({ command, category: CATEGORY });
  }
  // The launcher calls it with the folder that it is for: the one that the file browser shows.
  launcher?.add({ command: WIDE, category: "Other", rank: 10 });
}
