import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { Range } from "../state/days";
import { call, type Problem, pathOf } from "./client";
import type {
  ActivityDay,
  AdoptionAnswer,
  Key,
  Meta,
  Person,
  PersonAnswer,
  ProductivityDay,
  TokensByModel,
  TokensDay,
  ToolsDay,
} from "./types";

export type Answer<Row> = { data: Row[]; meta: Meta };

type Rows = {
  tokens: TokensDay;
  tools: ToolsDay;
  activity: ActivityDay;
  productivity: ProductivityDay;
};

/** What a panel needs of a query. */
export type Told<Data> = {
  data: Data | undefined;
  error: Problem | null;
  /** The data is of the question before; the answer to this one is on its way. */
  isOld: boolean;
  retry: () => void;
  /** Where the numbers come from, for the curl. */
  path: string;
};

/** Ask once, keep the old answer while the new one comes. */
export function useApi<Data>(
  path: string,
  options: { enabled?: boolean; every_ms?: number } = {},
): Told<Data> {
  const query = useQuery<Data, Problem>({
    queryKey: [path],
    queryFn: ({ signal }) => call<Data>(path, { signal }),
    placeholderData: keepPreviousData,
    enabled: options.enabled ?? true,
    refetchInterval: options.every_ms ?? false,
  });
  return {
    data: query.data,
    error: query.error,
    isOld: query.isPlaceholderData,
    retry: () => void query.refetch(),
    path,
  };
}

/** A report, and the days that the shown rows are of: while a new range is asked for, still the old ones. */
export type Days<Row> = Told<Answer<Row>> & { range: Range };

function withRange<Row>(told: Told<Answer<Row>>, asked: Range): Days<Row> {
  const meta = told.isOld ? told.data?.meta : undefined;
  return { ...told, range: meta ? { start: meta.start_date, end: meta.end_date } : asked };
}

const NO_DAYS: Range = { start: "", end: "" };

export function reportPath(
  report: string,
  range: Range,
  more: Record<string, string | undefined> = {},
): string {
  return pathOf(`/api/v1/analytics/${report}`, { startDate: range.start, endDate: range.end, ...more });
}

/** A report by day. Tokens leave the people out: of ten thousand they would be a hundred megabytes. */
export function useReport<Name extends keyof Rows>(
  report: Name,
  range: Range | null,
  options: { withPeople?: boolean } = {},
): Days<Rows[Name]> {
  const more = report === "tokens" && !options.withPeople ? { without: "by_user" } : {};
  const path = reportPath(report, range ?? NO_DAYS, more);
  return withRange(useApi<Answer<Rows[Name]>>(path, { enabled: range !== null }), range ?? NO_DAYS);
}

export function useTokensByModel(range: Range | null): Days<TokensByModel> {
  const told = useApi<Answer<TokensByModel>>(reportPath("tokens", range ?? NO_DAYS, { group_by: "model" }), {
    enabled: range !== null,
  });
  return withRange(told, range ?? NO_DAYS);
}

export function usePeople(range: Range | null): Told<Answer<Person>> {
  const days = range ?? NO_DAYS;
  return useApi<Answer<Person>>(pathOf("/api/v1/people", { startDate: days.start, endDate: days.end }), {
    enabled: range !== null,
  });
}

export function useAdoption(range: Range | null): Told<AdoptionAnswer> & { range: Range } {
  const asked = range ?? NO_DAYS;
  const path = pathOf("/api/v1/adoption", { startDate: asked.start, endDate: asked.end });
  const told = useApi<AdoptionAnswer>(path, { enabled: range !== null });
  return { ...told, range: withRange(told, asked).range };
}

/** A person's own days; `me` is whoever asks. */
export function usePerson(id: string, range: Range | null): Told<PersonAnswer> {
  const days = range ?? NO_DAYS;
  return useApi<PersonAnswer>(
    pathOf(`/api/v1/people/${encodeURIComponent(id)}`, { startDate: days.start, endDate: days.end }),
    { enabled: range !== null },
  );
}

export const KEYS = "/api/v1/keys";
export const DATA = "/api/v1/data";

export function useKeys(): Told<{ data: Key[] }> {
  return useApi<{ data: Key[] }>(KEYS);
}
