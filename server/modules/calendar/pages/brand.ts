/** A business's colour, made readable: people choose pale yellow, and their customers still have to read the button. */

type Rgb = readonly [red: number, green: number, blue: number];

/** CSS colours: the button and what is written on it, and the colour as text on the page, for a light and a dark page. */
export type Brand = { fill: string; onFill: string; lightText: string; darkText: string };

export const usualColor = "#1f5f8b";
const white: Rgb = [255, 255, 255];
const black: Rgb = [0, 0, 0];
/** The darkest surface text stands on in light mode, and the lightest in dark mode; assets/booking.css has the same. */
const lightSurface: Rgb = [232, 237, 241];
const darkSurface: Rgb = [43, 51, 60];
const readable = 4.6;

/** The shades of a #rrggbb colour; what is no colour is the usual one. */
export function brandOf(color: string | undefined): Brand {
  const fill = parse(color) ?? parse(usualColor) ?? black;
  return {
    fill: write(fill),
    onFill: write(contrast(fill, white) >= contrast(fill, black) ? white : black),
    lightText: write(until(fill, black, lightSurface)),
    darkText: write(until(fill, white, darkSurface)),
  };
}

function parse(color: string | undefined): Rgb | undefined {
  const digits = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color ?? "");
  if (!digits) return undefined;
  const [red = 0, green = 0, blue = 0] = digits.slice(1).map((pair) => Number.parseInt(pair, 16));
  return [red, green, blue];
}

function write(color: Rgb): string {
  return `#${color.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** The colour, mixed with as little of `towards` as it takes to be read on `surface`. */
function until(color: Rgb, towards: Rgb, surface: Rgb): Rgb {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = color.map((part, index) =>
      Math.round(part + (towards[index]! - part) * share),
    ) as unknown as Rgb;
    if (contrast(mixed, surface) >= readable) return mixed;
  }
  return towards;
}

/** WCAG 2 contrast, from 1 (the same) to 21 (black on white). */
export function contrast(one: Rgb, other: Rgb): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: Rgb): number {
  const [red = 0, green = 0, blue = 0] = color.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
