import { Link } from "@tanstack/react-router";
import { useReport, useTokensByModel } from "../api/queries";
import type { ActivityDay, ProductivityDay, TokensDay, ToolsDay } from "../api/types";
import { change, exact } from "../numbers/format";
import { autonomy, stickiness, wholeOf } from "../numbers/reports";
import { bucketed, byName, daily, type Series, total } from "../numbers/sums";
import { Card, Cards } from "../parts/Card";
import { Controls } from "../parts/Controls";
import { OverTime, Panel, tableOf } from "../parts/Panel";
import { For, ViewHead } from "../parts/ViewHead";
import { before, lengthOf, shortDay } from "../state/days";
import { useView } from "../state/search";

export function Overview() {
  return (
    <>
      <ViewHead title="Overview" says="What the agents used, who worked with them, and what came of it.">
        <Controls />
      </ViewHead>
      <For permission="reports">
        <Numbers />
      </For>
    </>
  );
}

const BILLABLE: Series[] = [{ key: "billable_tokens", label: "Billable tokens" }];
const PEOPLE: Series[] = [
  { key: "monthly_active_users", label: "30 days", colour: 3 },
  { key: "weekly_active_users", label: "7 days", colour: 1 },
  { key: "daily_active_users", label: "One day", colour: 0 },
];

function Numbers() {
  const { range, previous, grainOf } = useView();
  const days = lengthOf(range);
  const tokens = useReport("tokens", range);
  const tools = useReport("tools", range);
  const activity = useReport("activity", range);
  const productivity = useReport("productivity", range);
  const then = {
    tokens: wholeOf(useReport("tokens", previous), days),
    tools: wholeOf(useReport("tools", previous), days),
    activity: wholeOf(useReport("activity", previous), days),
    productivity: wholeOf(useReport("productivity", previous), days),
  };
  const now = {
    tokens: tokens.data?.data ?? [],
    tools: tools.data?.data ?? [],
    activity: activity.data?.data ?? [],
    productivity: productivity.data?.data ?? [],
  };
  const earlier = <Rows,>(rows: Rows | null, take: (rows: Rows) => number | null) =>
    previous ? (rows === null ? null : take(rows)) : undefined;

  const billable = (rows: TokensDay[]) => total(rows, (day) => day.billable_tokens);
  const weekly = (rows: ActivityDay[]) => rows.at(-1)?.weekly_active_users ?? null;
  const sessions = (rows: ActivityDay[]) => total(rows, (day) => day.sessions);
  const pulls = (rows: ProductivityDay[]) => total(rows, (day) => day.git_prs_created);
  const both = (one: ToolsDay[] | null, two: ActivityDay[] | null) => (one && two ? { one, two } : null);
  const newest = shortDay(now.activity.at(-1)?.date ?? range.end);
  const inDays = `in ${days} ${days === 1 ? "day" : "days"}`;

  const grain = grainOf(tokens.range);
  const take = (day: TokensDay) => [["billable_tokens", day.billable_tokens]] as const;
  const points = bucketed(now.tokens, tokens.range, grain, ["billable_tokens"], take);
  const pointsThen =
    previous && then.tokens ? bucketed(then.tokens, previous, grain, ["billable_tokens"], take) : undefined;
  const people = (day: ActivityDay) => ({
    daily_active_users: day.daily_active_users,
    weekly_active_users: day.weekly_active_users,
    monthly_active_users: day.monthly_active_users,
  });
  const active = daily(now.activity, activity.range, people);

  return (
    <div className="space-y-3">
      <Cards>
        <Card
          label="Billable tokens"
          metric="billable_tokens"
          told={tokens}
          value={now.tokens.length ? billable(now.tokens) : null}
          before={earlier(then.tokens, billable)}
          says={inDays}
          trend={now.tokens.map((day) => day.billable_tokens)}
        />
        <Card
          label="Active people, 7 days"
          metric="weekly_active_users"
          told={activity}
          value={weekly(now.activity)}
          before={earlier(then.activity, weekly)}
          says={`up to ${newest}`}
          trend={now.activity.map((day) => day.weekly_active_users)}
        />
        <Card
          label="Stickiness"
          metric="stickiness"
          unit="share"
          told={activity}
          value={stickiness(now.activity)}
          before={earlier(then.activity, stickiness)}
          says="a day ÷ 30 days"
          trend={now.activity.map((day) =>
            day.monthly_active_users ? day.daily_active_users / day.monthly_active_users : null,
          )}
        />
        <Card
          label="Autonomy"
          metric="autonomy_ratio_avg"
          unit="ratio"
          told={tools}
          value={autonomy(now.tools, now.activity)}
          before={earlier(both(then.tools, then.activity), ({ one, two }) => autonomy(one, two))}
          says="tool calls a message"
          trend={now.tools.map((day) => day.autonomy_ratio_avg)}
        />
        <Card
          label="Sessions"
          metric="sessions"
          told={activity}
          value={now.activity.length ? sessions(now.activity) : null}
          before={earlier(then.activity, sessions)}
          says={inDays}
          trend={now.activity.map((day) => day.sessions)}
        />
        <Card
          label="Pull requests"
          metric="git_prs_created"
          told={productivity}
          value={now.productivity.length ? pulls(now.productivity) : null}
          before={earlier(then.productivity, pulls)}
          says={inDays}
          trend={now.productivity.map((day) => day.git_prs_created)}
        />
      </Cards>
      <div className="grid gap-3 xl:grid-cols-2">
        <Panel
          name="billable-tokens"
          title="Billable tokens"
          metric="billable_tokens"
          says="Weighed as they are billed"
          told={[tokens]}
          table={tableOf(points, BILLABLE, "count", pointsThen)}
          isEmpty={billable(now.tokens) === 0}
          hasDrawing
        >
          <OverTime
            title="Billable tokens"
            kind="bars"
            grain={grain}
            series={BILLABLE}
            points={points}
            previous={pointsThen}
            height={220}
          />
        </Panel>
        <Panel
          name="active-people"
          title="Active people"
          metric="daily_active_users"
          says="On each day, and looking back 7 and 30 days from it"
          told={[activity]}
          table={tableOf(active, PEOPLE)}
          isEmpty={active.every(({ values }) => !values.monthly_active_users)}
          hasDrawing
        >
          <OverTime
            title="Active people"
            kind="lines"
            series={PEOPLE}
            points={active}
            grain="day"
            height={220}
          />
        </Panel>
      </div>
      <Movers />
    </div>
  );
}

type Mover = {
  kind: string;
  name: string;
  now: number;
  was: number;
  to: string;
  search: Record<string, string>;
};

const MOST_MOVERS = 6;

/** What changed most against the period before, in words. */
function Movers() {
  const { range, search } = useView();
  const earlier = before(range);
  const models = [useTokensByModel(range), useTokensByModel(earlier)] as const;
  const tools = [useReport("tools", range), useReport("tools", earlier)] as const;
  const made = [useReport("productivity", range), useReport("productivity", earlier)] as const;
  const told = [...models, ...tools, ...made];
  const isWhole = earlierIsWhole(tools[1].data?.data, lengthOf(earlier));

  const movers: Mover[] = isWhole
    ? [
        ...pairs(models, (row) => [[row.group_key, row.billable_tokens]]).map((pair) => ({
          ...pair,
          kind: "billable tokens of",
          to: "/cost",
          search: { model: pair.name },
        })),
        ...pairs(tools, (row) =>
          row.by_tool.map(({ tool, invocations }) => [tool, invocations] as const),
        ).map((pair) => ({
          ...pair,
          kind: "calls of",
          to: "/tools",
          search: { tool: pair.name },
        })),
        ...pairs(made, (row) => row.by_language.map(({ language, count }) => [language, count] as const)).map(
          (pair) => ({
            ...pair,
            kind: "files in",
            to: "/productivity",
            search: { language: pair.name },
          }),
        ),
      ]
    : [];
  const shown = movers.sort((a, b) => weight(b) - weight(a)).slice(0, MOST_MOVERS);
  const kept = { range: search.range, from: search.from, to: search.to };

  return (
    <Panel
      name="what-changed"
      title="What changed"
      says={`${range.start} to ${range.end} against ${earlier.start} to ${earlier.end}`}
      told={told}
      table={{
        columns: [
          { label: "Of", field: "kind" },
          { label: "Name", field: "name" },
          { label: "Now", field: "now", unit: "count" },
          { label: "Before", field: "before", unit: "count" },
        ],
        rows: shown.map((one) => [one.kind, one.name, one.now, one.was]),
      }}
    >
      {shown.length === 0 ? (
        <p className="py-4 text-[13px] text-soft">
          {isWhole ? "Nothing moved much." : "There is no whole period before this one to compare with."}
        </p>
      ) : (
        <ul className="numbers grid grid-cols-1 gap-x-8 text-[13px] md:grid-cols-2">
          {shown.map((one) => (
            <li
              key={one.kind + one.name}
              className="flex min-h-8 flex-wrap items-center justify-between gap-x-4 border-line border-b py-1 md:flex-nowrap"
            >
              <span className="max-w-full min-w-0 truncate">
                <span className="text-soft">{one.kind} </span>
                <Link
                  to={one.to}
                  search={{ ...kept, ...one.search } as never}
                  className="font-medium hover:underline"
                >
                  <bdi>{one.name}</bdi>
                </Link>
              </span>
              <span className="text-right md:shrink-0">
                <span className="font-medium">
                  {one.was === 0 ? "new" : (change(one.now, one.was) ?? "–")}
                </span>
                <span className="text-soft">
                  {" "}
                  {exact(one.was)} → {exact(one.now)}
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function earlierIsWhole(rows: unknown[] | undefined, days: number): boolean {
  return rows?.length === days;
}

function pairs<Row>(
  [now, then]: readonly [{ data: { data: Row[] } | undefined }, { data: { data: Row[] } | undefined }],
  take: (row: Row) => (readonly [string, number])[],
): { name: string; now: number; was: number }[] {
  const [sums, sumsThen] = [byName(now.data?.data ?? [], take), byName(then.data?.data ?? [], take)];
  const all =
    sums.reduce((sum, { value }) => sum + value, 0) + sumsThen.reduce((sum, { value }) => sum + value, 0);
  const earlier = new Map(sumsThen.map(({ name, value }) => [name, value]));
  const names = new Set([...sums, ...sumsThen].map(({ name }) => name));
  const later = new Map(sums.map(({ name, value }) => [name, value]));
  return (
    [...names]
      .map((name) => ({ name, now: later.get(name) ?? 0, was: earlier.get(name) ?? 0 }))
      // What is a hundredth of its kind is noise, however much it moved.
      .filter((one) => one.now + one.was > all / 100)
  );
}

/** Large in its kind and much changed: the change of the logarithm. */
function weight({ now, was }: { now: number; was: number }): number {
  return Math.abs(Math.log((now + 1) / (was + 1)));
}
