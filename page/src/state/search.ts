import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { z } from "zod/mini";
import {
  addDays,
  automaticGrain,
  before,
  type Day,
  type Grain,
  isDay,
  lengthOf,
  PRESETS,
  type Preset,
  presetRange,
  type Range,
} from "./days";
import { useLastDay } from "./session";

const day = z.optional(z.string().check(z.refine(isDay)));
const text = z.optional(z.string());

/** Everything that the address holds: a copied address shows the same page, and Back takes back a choice. */
export const searchSchema = z.catch(
  z.object({
    range: z.catch(z.optional(z.enum(Object.keys(PRESETS) as [Preset, ...Preset[]])), undefined),
    from: z.catch(day, undefined),
    to: z.catch(day, undefined),
    compare: z.catch(z.optional(z.enum(["previous"])), undefined),
    grain: z.catch(z.optional(z.enum(["day", "week", "month"])), undefined),
    /** Drill-down: the model, tool, client, language … that the view is about. */
    model: z.catch(text, undefined),
    tool: z.catch(text, undefined),
    client: z.catch(text, undefined),
    language: z.catch(text, undefined),
    agent: z.catch(text, undefined),
    /** Panels that are shown as a table, by their names. */
    tables: z.catch(text, undefined),
    /** The People table. */
    q: z.catch(text, undefined),
    sort: z.catch(text, undefined),
    lifecycle: z.catch(text, undefined),
    next: z.catch(text, undefined),
  }),
  {},
);

export type Search = z.infer<typeof searchSchema>;

export const DEFAULT_PRESET: Preset = "30d";

/** The longest range that reports answer. */
export const MOST_DAYS = 366;

export type View = {
  search: Search;
  preset: Preset | null;
  range: Range;
  /** The same length right before; null when not compared. */
  previous: Range | null;
  grain: Grain;
  /** The grain in which other days are shown, such as those before the range was changed. */
  grainOf: (range: Range) => Grain;
  last: Day;
  set: (change: Partial<Search>, options?: { replace?: boolean }) => void;
};

/** What the address says, and how to change it. */
export function useView(): View {
  const search = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const last = useLastDay();
  return useMemo(() => {
    const { preset, range } = rangeOf(search, last);
    return {
      search,
      preset,
      range,
      previous: search.compare ? before(range) : null,
      grain: search.grain ?? automaticGrain(range),
      grainOf: (days) => search.grain ?? automaticGrain(days),
      last,
      set: (change, options) =>
        void navigate({
          to: ".",
          search: (old: Search) => ({ ...old, ...change }),
          replace: options?.replace ?? false,
          resetScroll: false,
        } as never),
    };
  }, [search, last, navigate]);
}

export function rangeOf(search: Search, last: Day): { preset: Preset | null; range: Range } {
  if (search.from && search.to && search.from <= search.to) {
    const end = search.to > last ? last : search.to;
    const start = search.from > end ? end : search.from;
    const range = { start, end };
    return {
      preset: null,
      range: lengthOf(range) > MOST_DAYS ? { start: addDays(end, 1 - MOST_DAYS), end } : range,
    };
  }
  const preset = search.range ?? DEFAULT_PRESET;
  return { preset, range: presetRange(preset, last) };
}

/** Plain text in the address: `?range=30d&model=gpt-5.5`, nothing that looks like code. */
export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(search: Record<string, unknown>): string {
  const given = Object.entries(search).filter(([, value]) => typeof value === "string" && value !== "");
  const query = new URLSearchParams(given as [string, string][]).toString();
  return query ? `?${query}` : "";
}
