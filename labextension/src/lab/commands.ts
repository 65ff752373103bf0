import { ICON } from "./icon.ts";
import type { Application } from "./jupyter.ts";
import type { Side, Told } from "./side.ts";

/** The commands, which other extensions, menus and a user's shortcuts call by these names. */
export const SHOW = "nbtrack:show-runs";
export const WIDE = "nbtrack:show-runs-wide";
/** Under which head the palette lists the commands. */
export const CATEGORY = "nbtrack";

const ARGS = {
  type: "object",
  properties: {
    folder: { type: "string", description: "Whose runs, relative to the server's root" },
    run: { type: "string", description: "The id of a run, whose page is shown" },
    filter: { type: "string", description: "Which runs are shown, such as metrics.rmse < 0.8" },
  },
};

/** Read what a command was called with. Anybody may call it, and the launcher says its folder in its own way. */
export function toldOf(args: Readonly<Record<string, unknown>>): Told {
  const told: Told = {};
  const folder = args["folder"] ?? args["cwd"];
  if (typeof folder === "string") {
    // A drive's name stands before the path.
    told.folder = folder.slice(folder.indexOf(":") + 1);
  }
  for (const name of ["run", "filter"] as const) {
    const value = args[name];
    if (typeof value === "string") {
      told[name] = value;
    }
  }
  return told;
}

/** Add the commands that show the panel. */
export function addCommands(commands: Application["commands"], side: Side): void {
  const described = { icon: ICON, describedBy: { args: ARGS } };
  commands.addCommand(SHOW, {
    ...described,
    label: "Show Runs",
    caption: "Show the runs of the current notebook's folder in the side bar",
    execute: (args) => side.open(toldOf(args)),
  });
  commands.addCommand(WIDE, {
    ...described,
    // A card of the launcher has no room for more, and the launcher alone says in which folder it is.
    label: (args) => ("cwd" in args ? "Runs" : "Show Runs Wide"),
    caption: "Show the runs of a folder in the main area",
    execute: (args) => side.open(toldOf(args), true),
  });
}
