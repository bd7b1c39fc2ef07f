const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
const compactForm = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 4 });
const axisForm = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });

/** How a number is written: a count, a ratio, a share of one. */
export type Unit = "count" | "ratio" | "share";

/** Every digit: `1,234,567`, `2.41`, `38.2 %`. */
export function exact(value: number | null | undefined, unit: Unit = "count"): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (unit === "share") return `${(value * 100).toFixed(1)} %`;
  if (unit === "ratio") return value.toFixed(2);
  return whole.format(value);
}

/** For a card: as exact as fits; its title has every digit. */
export function short(value: number | null | undefined, unit: Unit = "count"): string {
  if (unit === "count" && typeof value === "number" && Math.abs(value) >= 100_000)
    return compactForm.format(value);
  return exact(value, unit);
}

/** For an axis. */
export function tick(value: number, unit: Unit = "count"): string {
  if (unit === "share") return `${Math.round(value * 100)} %`;
  return axisForm.format(value);
}

/** The change from one number to another: `+12.3 %`; null where it has no meaning. */
export function change(now: number | null, then: number | null): string | null {
  if (now === null || then === null || then === 0) return null;
  const ratio = (now - then) / then;
  if (Math.abs(ratio) < 0.0005) return "no change";
  if (ratio >= 4) return `×${(now / then).toFixed(ratio >= 9 ? 0 : 1)}`;
  return `${ratio > 0 ? "+" : "−"}${Math.abs(ratio * 100).toFixed(1)} %`;
}

/** How long ago, in words. */
export function ago(then: string | null | undefined, now: number): string {
  if (!then) return "never";
  const seconds = Math.max(0, Math.round((now - Date.parse(then)) / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} days ago`;
}
