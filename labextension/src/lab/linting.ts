import type { Application } from "./jupyter.ts";
import { codeOverridesOf } from "./services.ts";

/** What jupyterlab-lsp has a language server see in place of a cell's text, and how it finds the way back. */
export const OVERRIDE = {
  scope: "cell",
  // biome-ignore lint/security/noSecrets: a pattern
  pattern: "^%%track(?![\\w?])(.*)\\n([\\s\\S]*)$",
  // As many lines as before, so that what is said of a line is shown at it.
  replacement: (_cell: string, options: string, body: string): string => `# %%track${options}\n${body}`,
  reverse: {
    scope: "cell",
    // biome-ignore lint/security/noSecrets: a pattern
    pattern: "^# %%track(.*)\\n([\\s\\S]*)$",
    replacement: (_cell: string, options: string, body: string): string => `%%track${options}\n${body}`,
  },
};

/**
 * Have jupyterlab-lsp, where it is installed, read a tracked cell as Python.
 *
 * By its own rule a cell with a magic is a string, so that what it assigns is undefined in later cells.
 */
export async function letCellsBeRead(app: Application): Promise<void> {
  const overrides = await codeOverridesOf(app);
  overrides?.register(OVERRIDE, "python");
  const rules = overrides?.registry["python"]?.cell;
  // The first that fits counts.
  rules?.splice(rules.indexOf(OVERRIDE), 1);
  rules?.unshift(OVERRIDE);
}
