import type { Person } from "../api/types";
import type { Unit } from "../numbers/format";

/** Facts without any identity belong to it. */
export const NOBODY = "user_00000000000000000000000000";

export function nameOf(person: { user_id: string; user_email: string | null }): string {
  return person.user_email ?? (person.user_id === NOBODY ? "nobody known" : person.user_id);
}

export type PersonKey = Exclude<keyof Person, "user_id">;

/** The columns of the table of people, in order; text has no unit. */
export const COLUMNS: { key: PersonKey; label: string; unit?: Unit; width: number }[] = [
  { key: "user_email", label: "Person", width: 216 },
  { key: "lifecycle", label: "Stage", width: 88 },
  { key: "last_seen_date", label: "Last active", width: 104 },
  { key: "active_days", label: "Active days", unit: "count", width: 98 },
  { key: "sessions", label: "Sessions", unit: "count", width: 84 },
  { key: "user_messages", label: "Messages", unit: "count", width: 90 },
  { key: "tool_calls", label: "Tool calls", unit: "count", width: 88 },
  { key: "billable_tokens", label: "Billable tokens", unit: "count", width: 118 },
  { key: "files_created", label: "Created", unit: "count", width: 78 },
  { key: "files_edited", label: "Edits", unit: "count", width: 64 },
  { key: "git_commits", label: "Commits", unit: "count", width: 84 },
  { key: "git_prs_created", label: "PRs", unit: "count", width: 56 },
];

export const STAGES = [
  { key: "new", label: "New", says: "Active in this range for the first time" },
  { key: "returning", label: "Returning", says: "Active in this range and before" },
  { key: "dormant", label: "Dormant", says: "Active before, not in this range" },
] as const;
