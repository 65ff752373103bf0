import { Lexer, type Token, type Tokens } from "marked";
import { element } from "../ui/dom.ts";
import { visible } from "../ui/text.ts";

/** A longer text is shown as it was written. */
const MAX_LENGTH = 20_000;
/** Deeper nesting is shown as it was written. */
const MAX_DEPTH = 12;

/**
 * Return Markdown as elements, each made by hand from what the lexer found: HTML in it is text, links lead to web pages
 * and mail addresses only, and images are links, so that a note that was opened tells nobody.
 */
export function markdown(written: string): Node[] {
  try {
    if (written.length <= MAX_LENGTH) {
      return blocks(new Lexer({ gfm: true, breaks: true }).lex(written), 0);
    }
  } catch {
    // The text nests deeper than the lexer can recurse.
  }
  return [element("div", { class: "nbtrack-run-asis" }, visible(written))];
}

function blocks(tokens: readonly Token[], depth: number): Node[] {
  return tokens.flatMap((token) => (depth > MAX_DEPTH ? plain(token) : block(token, depth + 1)));
}

function block(token: Token, depth: number): Node[] {
  switch (token.type) {
    case "space":
    case "def":
      return [];
    case "hr":
      return [element("hr")];
    case "heading":
      // The page has headings of its own, of higher levels.
      return [element(heading((token as Tokens.Heading).depth), {}, ...blocks(token.tokens ?? [], depth))];
    case "paragraph":
      return [element("p", {}, ...blocks(token.tokens ?? [], depth))];
    case "blockquote":
      return [element("blockquote", {}, ...blocks(token.tokens ?? [], depth))];
    case "code":
      return [element("pre", {}, element("code", {}, visible((token as Tokens.Code).text)))];
    case "list":
      return [list(token as Tokens.List, depth)];
    case "table":
      return [grid(token as Tokens.Table, depth)];
    default:
      return inline(token, depth);
  }
}

function inline(token: Token, depth: number): Node[] {
  switch (token.type) {
    case "strong":
    case "em":
    case "del":
      return [element(token.type, {}, ...blocks(token.tokens ?? [], depth))];
    case "codespan":
      return [element("code", {}, visible((token as Tokens.Codespan).text))];
    case "br":
      return [element("br")];
    case "checkbox":
      return [text((token as Tokens.Checkbox).checked ? "☑ " : "☐ ")];
    case "link":
      return link((token as Tokens.Link).href, blocks(token.tokens ?? [], depth));
    case "image":
      return link((token as Tokens.Image).href, [text(`${(token as Tokens.Image).text || "image"} (image)`)]);
    case "escape":
      return [text((token as Tokens.Escape).text)];
    case "text":
      return token.tokens === undefined
        ? [text(decoded((token as Tokens.Text).text))]
        : blocks(token.tokens, depth);
    default:
      return plain(token);
  }
}

/** Return HTML, and tokens of unknown kinds, as they were written. */
function plain(token: Token): Node[] {
  return [text(token.raw)];
}

function text(written: string): Text {
  return document.createTextNode(visible(written));
}

function heading(depth: number): "h4" | "h5" | "h6" {
  return (["h4", "h5"] as const)[depth - 1] ?? "h6";
}

function list(token: Tokens.List, depth: number): HTMLElement {
  const items = token.items.map((item) => element("li", {}, ...blocks(item.tokens, depth)));
  if (!token.ordered) {
    return element("ul", {}, ...items);
  }
  return element("ol", { start: String(Number(token.start) || 1) }, ...items);
}

function grid(token: Tokens.Table, depth: number): HTMLElement {
  const row = (cells: readonly Tokens.TableCell[], tag: "td" | "th") =>
    element(
      "tr",
      {},
      ...cells.map((one) =>
        element(
          tag,
          { class: one.align === "right" ? "nbtrack-run-right" : false },
          ...blocks(one.tokens, depth),
        ),
      ),
    );
  const body = element("tbody", {}, ...token.rows.map((cells) => row(cells, "td")));
  const made = element("table", {}, element("thead", {}, row(token.header, "th")), body);
  return element("div", { class: "nbtrack-run-scroll" }, made);
}

/** Return a link where a browser may follow it; else its words, with the address behind them. */
function link(href: string, words: Node[]): Node[] {
  const address = safeAddress(href);
  if (address === undefined) {
    return [...words, text(` (${href.slice(0, 200)})`)];
  }
  return [
    element(
      "a",
      { href: address, target: "_blank", rel: "noopener noreferrer", title: visible(address.slice(0, 500)) },
      ...words,
    ),
  ];
}

/** Return a full address of the web or of mail; undefined for any other, and for paths on the notebook's own server. */
export function safeAddress(href: string): string | undefined {
  const full = /^(?:https?:\/\/|mailto:)/iu.test(href) && URL.canParse(href) ? new URL(href) : undefined;
  return full !== undefined && ["http:", "https:", "mailto:"].includes(full.protocol) ? full.href : undefined;
}

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00A0" };

/** The lexer leaves entities to HTML, of which there is none here. */
function decoded(written: string): string {
  return written.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,8}));/giu, (whole, decimal, hex, name) => {
    if (name !== undefined) {
      return Object.hasOwn(ENTITIES, name) ? (ENTITIES[name] ?? whole) : whole;
    }
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
  });
}
