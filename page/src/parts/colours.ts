import { OTHER, type Series } from "../numbers/sums";

/** Colours in the palette of styles.css; each has 3:1 against its surface in both themes. */
const COLOURS = 7;

export function colourOf(series: Series, place: number): string {
  if (series.key === OTHER || series.colour === -1) return "var(--s-other)";
  return `var(--s${(series.colour ?? place) % COLOURS})`;
}
