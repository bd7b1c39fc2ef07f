import type { ActivityDay, TokensDay, ToolsDay } from "../api/types";
import { ratio, total } from "./sums";

/**
 * Numbers of a range, from the days of a report.
 *
 * Counts of events add up over days. People do not: a card of people shows the newest day's own count, which
 * looks back 7 or 30 days by itself. Ratios are the sums divided, as docs/metrics.md says under "The page".
 */

export function cacheReadShare(days: TokensDay[]): number | null {
  const read = total(days, (day) => day.cache_read_tokens);
  return ratio(read, read + total(days, (day) => day.input_tokens + day.cache_write_tokens));
}

export function stickiness(days: ActivityDay[]): number | null {
  const newest = days.at(-1);
  if (!newest) return null;
  return ratio(total(days, (day) => day.daily_active_users) / days.length, newest.monthly_active_users);
}

export function autonomy(tools: ToolsDay[], activity: ActivityDay[]): number | null {
  return ratio(
    total(tools, (day) => day.tool_calls),
    total(activity, (day) => day.user_messages),
  );
}

/** The rows of the period before, only where they are of it and whole: half a period is no comparison. */
export function wholeOf<Row>(
  told: { data: { data: Row[] } | undefined; isOld: boolean },
  days: number,
): Row[] | null {
  const rows = told.data?.data;
  return rows && !told.isOld && rows.length === days ? rows : null;
}
