import { Widget } from "@lumino/widgets";
import { oneLine } from "../ui/text.ts";
import { SHOW } from "./commands.ts";
import type { Application } from "./jupyter.ts";
import { statusBarOf } from "./services.ts";
import type { Training } from "./training.ts";

/** The text of the status bar, which has little room. */
const MAX_NAME = 30;

/** The status bar's item: how many runs are running. */
class RunningItem extends Widget {
  readonly #button = document.createElement("button");

  constructor(training: Training, show: () => void) {
    super();
    this.addClass("nbtrack-running");
    Object.assign(this.node.style, { display: "flex", alignItems: "center", height: "100%" });
    this.#button.type = "button";
    // As the status bar's other texts, whatever the browser has for buttons.
    Object.assign(this.#button.style, {
      all: "unset",
      cursor: "pointer",
      font: "inherit",
      color: "inherit",
      padding: "0 4px",
    });
    this.#button.addEventListener("click", show);
    this.#button.addEventListener("focus", () => {
      this.#button.style.outline = this.#button.matches(":focus-visible")
        ? "1px solid var(--jp-brand-color1)"
        : "none";
    });
    this.#button.addEventListener("blur", () => {
      this.#button.style.outline = "none";
    });
    this.node.append(this.#button);
    const draw = () => {
      const { running, name } = training.now;
      const many = running === 1 ? "1 run is running" : `${running.toLocaleString("en")} runs are running`;
      const told = running === 1 && name !== null ? `${oneLine(name, MAX_NAME)} is running` : many;
      this.#button.textContent = `● ${told}`;
      this.#button.setAttribute("aria-label", `${told}: show the runs`);
      this.#button.title = "Show the runs of this notebook's folder";
    };
    training.changed.connect(draw, this);
    draw();
  }
}

/** Say in the status bar while runs are running. Return whether there is a status bar. */
export async function sayRunning(app: Application, training: Training): Promise<boolean> {
  const bar = await statusBarOf(app);
  const item = new RunningItem(training, () => void app.commands.execute(SHOW));
  bar?.registerStatusItem("nbtrack:running", {
    item,
    align: "left",
    rank: 600,
    isActive: () => training.now.running > 0,
    activeStateChanged: training.changed,
  });
  return bar !== null;
}
