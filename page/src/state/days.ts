/** UTC days as `YYYY-MM-DD`: they sort and compare as text. */
export type Day = string;

export type Range = { start: Day; end: Day };

const DAY_MS = 86_400_000;

export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && dayOf(new Date(`${text}T00:00:00Z`)) === text;
}

export function dayOf(moment: Date): Day {
  return Number.isNaN(moment.getTime()) ? "" : moment.toISOString().slice(0, 10);
}

export function addDays(day: Day, days: number): Day {
  return dayOf(new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS));
}

/** Days of the range, both ends included. */
export function lengthOf(range: Range): number {
  return Math.round((Date.parse(range.end) - Date.parse(range.start)) / DAY_MS) + 1;
}

/** As many days right before the range. */
export function before(range: Range): Range {
  const days = lengthOf(range);
  return { start: addDays(range.start, -days), end: addDays(range.start, -1) };
}

/** Monday of the day's ISO week. */
export function weekOf(day: Day): Day {
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
  return addDays(day, -weekday);
}

export function isWeekend(day: Day): boolean {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return weekday === 0 || weekday === 6;
}

export const PRESETS = {
  "7d": "Last 7 days",
  "30d": "Last 30 days",
  "90d": "Last 90 days",
  month: "This month",
  "last-month": "Last month",
  quarter: "This quarter",
} as const;

export type Preset = keyof typeof PRESETS;

/** The days of a preset; `last` is the newest day that can be asked for: yesterday, UTC. */
export function presetRange(preset: Preset, last: Day): Range {
  switch (preset) {
    case "7d":
      return { start: addDays(last, -6), end: last };
    case "30d":
      return { start: addDays(last, -29), end: last };
    case "90d":
      return { start: addDays(last, -89), end: last };
    case "month":
      return { start: `${last.slice(0, 7)}-01`, end: last };
    case "last-month": {
      const end = addDays(`${last.slice(0, 7)}-01`, -1);
      return { start: `${end.slice(0, 7)}-01`, end };
    }
    case "quarter": {
      const month = Math.floor((Number(last.slice(5, 7)) - 1) / 3) * 3 + 1;
      return { start: `${last.slice(0, 4)}-${String(month).padStart(2, "0")}-01`, end: last };
    }
  }
}

export type Grain = "day" | "week" | "month";

/** Days up to a quarter, weeks above: more than ninety bars are neither read nor drawn well. */
export function automaticGrain(range: Range): Grain {
  return lengthOf(range) <= 92 ? "day" : "week";
}

/** First day of the bucket that the day falls in. */
export function bucketOf(day: Day, grain: Grain): Day {
  if (grain === "day") return day;
  return grain === "week" ? weekOf(day) : `${day.slice(0, 7)}-01`;
}

/** The part of a bucket that lies in the range. */
export function bucketRange(bucket: Day, grain: Grain, range: Range): Range {
  const next =
    grain === "day"
      ? addDays(bucket, 1)
      : grain === "week"
        ? addDays(bucket, 7)
        : `${addDays(bucket, 31).slice(0, 7)}-01`;
  const end = addDays(next, -1);
  return { start: bucket < range.start ? range.start : bucket, end: end > range.end ? range.end : end };
}

/** First days of all buckets of the range, oldest first. */
export function bucketsOf(range: Range, grain: Grain): Day[] {
  const buckets: Day[] = [];
  for (let day = range.start; day <= range.end; day = addDays(day, 1)) {
    const bucket = bucketOf(day, grain);
    if (buckets.at(-1) !== bucket) buckets.push(bucket);
  }
  return buckets;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** `19 Nov`, for an axis. */
export function shortDay(day: Day): string {
  return `${Number(day.slice(8))} ${MONTHS[Number(day.slice(5, 7)) - 1]}`;
}

/** `Thu 2026-11-19`, `week of 2026-11-16`, `November 2026` */
export function longBucket(bucket: Day, grain: Grain): string {
  if (grain === "month") return `${MONTHS[Number(bucket.slice(5, 7)) - 1]} ${bucket.slice(0, 4)}`;
  if (grain === "week") return `Week of ${bucket}`;
  return `${WEEKDAYS[new Date(`${bucket}T00:00:00Z`).getUTCDay()]} ${bucket}`;
}
