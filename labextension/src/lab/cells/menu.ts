import { CommandRegistry } from "@lumino/commands";
import { Menu } from "@lumino/widgets";

/** One line of a menu; one that does nothing is greyed. */
export interface Entry {
  label: string;
  act?: () => void;
}

/** Open a menu below a button, which has the focus again when it is closed. */
export function openMenu(entries: readonly Entry[], button: HTMLElement): void {
  const commands = new CommandRegistry();
  const menu = new Menu({ commands });
  for (const [at, { label, act }] of entries.entries()) {
    commands.addCommand(String(at), {
      label,
      // A name may have an underscore before any letter.
      mnemonic: -1,
      isEnabled: () => act !== undefined,
      execute: () => act?.(),
    });
    menu.addItem({ command: String(at) });
  }
  menu.addClass("nbtrack-cell-menu");
  button.setAttribute("aria-expanded", "true");
  menu.aboutToClose.connect(() => {
    button.setAttribute("aria-expanded", "false");
    button.focus({ preventScroll: true });
    // What was chosen is done after this.
    setTimeout(() => menu.dispose());
  });
  const { left, bottom } = button.getBoundingClientRect();
  menu.open(left, bottom + 2);
}
