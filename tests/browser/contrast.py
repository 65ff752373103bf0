"""Whether the texts of a page can be read."""

import re

INKS = """all => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const plain = colour => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
        return `rgba(${r}, ${g}, ${b}, ${a / 255})`;
    };
    const seen = element => {
        const { width, height } = element.getBoundingClientRect();
        return width > 0 && height > 0 && element.checkVisibility({ visibilityProperty: true });
    };
    const own = element => [...element.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim());
    const read = element => element instanceof HTMLElement && element.innerText.trim();
    return all.filter(own).filter(seen).filter(read).map(element => {
        let behind = element, filled = 'rgba(0, 0, 0, 0)';
        while (behind && /rgba\\(.*, 0\\)|transparent/.test(filled)) {
            filled = getComputedStyle(behind).backgroundColor;
            behind = behind.parentElement;
        }
        return [element.textContent, plain(getComputedStyle(element).color), plain(filled)];
    });
}"""
"""What is in colour spaces of their own, as `color-mix` makes, in plain red, green and blue."""


def pale(shown, least=4.5):
    """Return the texts that WCAG 2 calls too pale to read: all that can be seen in the elements of a locator."""
    found = []
    for text, ink, paper in shown.locator("xpath=descendant-or-self::*").evaluate_all(INKS):
        ratio = contrast(ink, paper)
        if ratio < least:
            found.append((text, ink, paper, ratio))
    return found


def contrast(text, behind):
    """Return the contrast of a text's CSS colour with what is behind it as WCAG 2 defines it, from 1 to 21."""
    *ink, alpha = (
        [float(part) for part in re.findall(r"[\d.]+", text)] if "rgba" in text else [*_rgb(text), 1.0]
    )
    paper = _rgb(behind)
    seen = [alpha * one + (1 - alpha) * other for one, other in zip(ink, paper, strict=True)]
    bright, dark = sorted((_luminance(seen), _luminance(paper)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _rgb(colour):
    return [float(part) for part in re.findall(r"[\d.]+", colour)[:3]]


def _luminance(colour):
    parts = [part / 255 for part in colour]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
