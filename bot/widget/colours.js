/** Makes any accent colour readable: text on it, and lines of it on the light and on the dark paper. */

/** @typedef {[number, number, number]} Rgb */

// WCAG 2.2: 4.5 for text, 3 for the edge of a control; a little above, for what rounding takes.
const TEXT_CONTRAST = 4.6;
const EDGE_CONTRAST = 3.1;
/** @type {Rgb} */
const WHITE = [255, 255, 255];
/** @type {Rgb} */
const INK = [20, 33, 43];
/** @type {Rgb} */
const BLACK = [0, 0, 0];
/** @type {Rgb} */
const DARK_PAPER = [18, 26, 32];

/**
 * @param {string} accent any opaque CSS colour
 * @returns {{fill: string, onFill: string, edgeOnLight: string, edgeOnDark: string} | null} null if it is no colour
 */
export function coloursOf(accent) {
  const fill = rgbOf(accent);
  if (!fill) return null;
  const onFill = [WHITE, INK, BLACK].find((text) => contrast(text, fill) >= TEXT_CONTRAST) ?? BLACK;
  return {
    fill: css(fill),
    onFill: css(onFill),
    edgeOnLight: css(towards(fill, WHITE, BLACK)),
    edgeOnDark: css(towards(fill, DARK_PAPER, WHITE)),
  };
}

/**
 * @param {string} colour
 * @returns {Rgb | null}
 */
function rgbOf(colour) {
  const pen = document.createElement("canvas").getContext("2d");
  if (!pen || !CSS.supports("color", colour)) return null;
  pen.fillStyle = colour;
  const hex = /^#(..)(..)(..)$/.exec(pen.fillStyle); // a colour that is not opaque comes back as rgba(…)
  return hex && [parseInt(hex[1], 16), parseInt(hex[2], 16), parseInt(hex[3], 16)];
}

/**
 * Move the colour towards another until it stands out from the paper.
 * @param {Rgb} colour
 * @param {Rgb} paper
 * @param {Rgb} other
 */
function towards(colour, paper, other) {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = /** @type {Rgb} */ (colour.map((part, index) => Math.round(part + (other[index] - part) * share)));
    if (contrast(mixed, paper) >= EDGE_CONTRAST) return mixed;
  }
  return other;
}

/**
 * @param {Rgb} one
 * @param {Rgb} two
 */
function contrast(one, two) {
  const [dark, light] = [luminance(one), luminance(two)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** @param {Rgb} colour */
function luminance(colour) {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** @param {Rgb} colour */
function css([red, green, blue]) {
  return `rgb(${red} ${green} ${blue})`;
}
