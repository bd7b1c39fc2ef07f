import { bucketOf, bucketsOf, type Day, type Grain, type Range } from "../state/days";

/** One line or one part of a stack. */
export type Series = {
  key: string;
  label: string;
  /** Place in the palette, from 0; left out: the place in the list. */
  colour?: number;
};

/** A bucket of days with a value for each series; null: not known. */
export type Point = { at: Day; values: Record<string, number | null> };

export const OTHER = "\u0000other";

/** Sum of a field over days; days of a report add up where the field is a count of events. */
export function total<Row>(rows: readonly Row[], take: (row: Row) => number): number {
  return rows.reduce((sum, row) => sum + take(row), 0);
}

/** One number divided by another; null where there is nothing to divide by. */
export function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

/** Sums by name, largest first, then by name. */
export function byName<Row>(
  rows: readonly Row[],
  take: (row: Row) => Iterable<readonly [string, number]>,
): { name: string; value: number }[] {
  const sums = new Map<string, number>();
  for (const row of rows)
    for (const [name, value] of take(row)) sums.set(name, (sums.get(name) ?? 0) + value);
  return [...sums]
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => b.value - a.value || (a.name < b.name ? -1 : 1));
}

/** Counts of events, summed by bucket. Buckets without any row are not known: they have null. */
export function bucketed<Row extends { date: Day }>(
  rows: readonly Row[],
  range: Range,
  grain: Grain,
  keys: readonly string[],
  take: (row: Row) => Iterable<readonly [string, number]>,
): Point[] {
  const points = new Map<Day, Point>();
  for (const at of bucketsOf(range, grain)) {
    points.set(at, { at, values: Object.fromEntries(keys.map((key) => [key, null])) });
  }
  const shown = new Set(keys);
  for (const row of rows) {
    const values = points.get(bucketOf(row.date, grain))?.values;
    if (!values) continue;
    for (const key of keys) values[key] ??= 0;
    for (const [name, value] of take(row)) {
      const key = shown.has(name) ? name : OTHER;
      if (shown.has(key)) values[key] = (values[key] ?? 0) + value;
    }
  }
  return [...points.values()];
}

/** The largest names as series, the rest together as one. */
export function topSeries(sums: readonly { name: string; value: number }[], most = 6): Series[] {
  const named = sums.length <= most + 1 ? sums : sums.slice(0, most);
  const series: Series[] = named.map(({ name }) => ({ key: name, label: name }));
  if (named.length < sums.length) {
    series.push({ key: OTHER, label: `${sums.length - named.length} others`, colour: -1 });
  }
  return series;
}

/** Values that do not add up (people, percentiles), one point a day. */
export function daily<Row extends { date: Day }>(
  rows: readonly Row[],
  range: Range,
  take: (row: Row) => Record<string, number | null>,
): Point[] {
  const known = new Map(rows.map((row) => [row.date, row]));
  return bucketsOf(range, "day").map((at) => {
    const row = known.get(at);
    return { at, values: row ? take(row) : {} };
  });
}
