import type { components } from "./schema";

type Schemas = components["schemas"];

export type TokensDay = Schemas["TokensDay"];
export type TokensByModel = Schemas["TokensByModel"];
export type ToolsDay = Schemas["ToolsDay"];
export type ActivityDay = Schemas["ActivityDay"];
export type ProductivityDay = Schemas["ProductivityDay"];
export type UserDay = Schemas["UserDay"];
export type Meta = Schemas["Meta"];

export type Session = {
  org: { id: string; name: string };
  role: string;
  email: string | null;
  permissions: string[];
  csrf_token: string | null;
  expires_at: string | null;
  last_date?: string;
  history_start?: string;
};

export type Definition = {
  report: string;
  metric: string;
  name: string;
  words: string;
  formula: string | null;
  unit: string | null;
  link: string;
};

export type DataAnswer = {
  data_through: string | null;
  edition: { number: number; published_at: string } | null;
  builds: {
    started_at: string;
    ended_at: string | null;
    outcome: string;
    duration_s: number | null;
    reason?: string | null;
  }[];
  next_build_at: string | null;
  quarantine: { reason: string; records: number }[];
};

export type CoverageAnswer = Schemas["CoverageAnswer"];

export type ArrivalsAnswer = {
  data: { agent: string; signal: string; last_minute: number; last_hour: number }[];
  last_event_at: string | null;
};

export type RestatementsAnswer = { data: { date: string; edition: number; what: string }[] };

export type Key = {
  id: string;
  kind: string;
  name: string;
  role: string | null;
  person: string | null;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
  revoked_at: string | null;
};

export type NewKey = Key & { key: string };

export type AgentsAnswer = { data: { agent: string; name: string }[] };

export type SnippetsAnswer = { data: { title: string; text: string }[] };

export type Person = {
  user_id: string;
  user_email: string | null;
  sessions: number;
  messages: number;
  user_messages: number;
  tool_calls: number;
  billable_tokens: number;
  input_tokens: number;
  output_tokens: number;
  cache_read_tokens: number;
  cache_write_tokens: number;
  files_created: number;
  files_edited: number;
  git_commits: number;
  git_prs_created: number;
  active_days: number;
  first_seen_date: string;
  last_seen_date: string;
  lifecycle: "new" | "returning" | "dormant" | null;
};

export type AdoptionAnswer = {
  data: { date: string; new: number; returning: number; dormant: number }[];
  totals: { active_people: number; new: number; returning: number; dormant: number };
  meta: Meta;
};
