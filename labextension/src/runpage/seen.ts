/** Text as it may be shown: what turns the writing round or hides in it is made visible. */

/** Characters that are needed by scripts and emoji: joiners, marks of direction, line breaks, tabs. */
const WANTED = new Set(["\n", "\r", "\t", "\u200C", "\u200D", "\u200E", "\u200F"]);
const HIDDEN = /[\p{Cc}\p{Cf}\u{2028}\u{2029}\u{115F}\u{1160}\u{3164}\u{FFA0}]/gu;

/** Return a text in which no character is invisible: `⟨U+202E⟩` stands for the one that writes backwards. */
export function seen(text: string): string {
  return text.replace(HIDDEN, (found) => {
    if (WANTED.has(found)) {
      return found;
    }
    return `⟨U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });
}

/** Return a text of one line, no longer than that. */
export function line(text: string, most = 300): string {
  const short = text.length > most ? `${text.slice(0, most)}…` : text;
  return seen(short).replace(/[\r\n\t]+/gu, " ");
}

/** Return how much was left out of a text, in words; nothing if it is whole. */
export function leftOut(left: number, what = "characters"): string {
  return left > 0 ? `… ${left.toLocaleString("en")} more ${what}` : "";
}
