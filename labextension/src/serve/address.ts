import { element } from "../ui/dom.ts";

/** Return a full URL for a path on the page's own host; any other address as it is. */
export function fullAddress(address: string, page: string): string {
  return address.startsWith("/") ? new URL(address, page).href : address;
}

/** Return the address as text, and as a link where something answers and a browser may follow it. */
export function shownAddress(address: string, answers: boolean): HTMLElement {
  const full = fullAddress(address, location.href);
  if (!answers || !/^https?:\/\//u.test(full)) {
    return element("span", {}, full);
  }
  return element("a", { href: full, target: "_blank", rel: "noopener noreferrer" }, full);
}
