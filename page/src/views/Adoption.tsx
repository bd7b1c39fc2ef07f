import { useAdoption, useReport } from "../api/queries";
import type { ActivityDay } from "../api/types";
import { stickiness, wholeOf } from "../numbers/reports";
import { bucketed, daily, type Series } from "../numbers/sums";
import { Card, Cards } from "../parts/Card";
import { Controls } from "../parts/Controls";
import { OverTime, Panel, tableOf } from "../parts/Panel";
import { Chips, For, ViewHead } from "../parts/ViewHead";
import { lengthOf, shortDay } from "../state/days";
import { useView } from "../state/search";

export function Adoption() {
  return (
    <>
      <ViewHead title="Adoption" says="Who works with agents, how regularly, and by which client.">
        <Controls />
      </ViewHead>
      <For permission="reports">
        <Chips of={["client"]} />
        <Numbers />
      </For>
    </>
  );
}

const ACTIVE: Series[] = [
  { key: "monthly_active_users", label: "30 days (MAU)", colour: 3 },
  { key: "weekly_active_users", label: "7 days (WAU)", colour: 1 },
  { key: "daily_active_users", label: "One day (DAU)", colour: 0 },
];
const STAGES: Series[] = [
  { key: "returning", label: "Returning", colour: 0 },
  { key: "new", label: "New", colour: 1 },
  { key: "resurrected", label: "Back after 30 days", colour: 3 },
];
const DORMANT: Series[] = [{ key: "dormant", label: "Dormant since this day", colour: 2 }];

function Numbers() {
  const { search, set, range, previous, grainOf } = useView();
  const days = lengthOf(range);
  const activity = useReport("activity", range);
  const activityThen = wholeOf(useReport("activity", previous), days);
  const adoption = useAdoption(range);
  const adoptionThen = useAdoption(previous).data;

  const rows = activity.data?.data ?? [];
  const newest = rows.at(-1);
  const on = newest ? `on ${shortDay(newest.date)}` : "no day yet";
  const earlier = (take: (rows: ActivityDay[]) => number | null) =>
    previous ? (activityThen ? take(activityThen) : null) : undefined;
  const last = (key: "daily_active_users" | "weekly_active_users" | "monthly_active_users") => ({
    metric: key,
    told: activity,
    value: newest?.[key] ?? null,
    before: earlier((all) => all.at(-1)?.[key] ?? null),
    says: on,
    trend: rows.map((row) => row[key]),
  });
  const weeklyShare = (all: ActivityDay[]) => {
    const day = all.at(-1);
    return day?.monthly_active_users ? day.weekly_active_users / day.monthly_active_users : null;
  };
  const stage = (key: "new" | "returning" | "dormant") => ({
    metric: key,
    told: adoption,
    value: adoption.data?.data.length ? adoption.data.meta[key] : null,
    before: previous ? (activityThen ? (adoptionThen?.meta[key] ?? null) : null) : undefined,
    says: SAYS[key],
  });

  const people = daily(rows, activity.range, (day) => ({
    daily_active_users: day.daily_active_users,
    weekly_active_users: day.weekly_active_users,
    monthly_active_users: day.monthly_active_users,
  }));
  const peopleThen =
    previous && activityThen
      ? daily(activityThen, previous, (day) => ({
          daily_active_users: day.daily_active_users,
          weekly_active_users: day.weekly_active_users,
          monthly_active_users: day.monthly_active_users,
        }))
      : undefined;

  const clients = clientsOf(rows).filter((name) => !search.client || name === search.client);
  const byClient: Series[] = clients.map((key) => ({
    key,
    label: key,
    colour: clientsOf(rows).indexOf(key),
  }));
  const ofClients = (day: ActivityDay) => day.daily_active_users_by_client as Record<string, number>;
  const clientPoints = daily(rows, activity.range, ofClients);
  const clientPointsThen = previous && activityThen ? daily(activityThen, previous, ofClients) : undefined;

  const stages = adoption.data?.data ?? [];
  const stageKeys = STAGES.map(({ key }) => key);
  const came = bucketed(stages, adoption.range, "day", stageKeys, (day) =>
    stageKeys.map((key) => [key, day[key as "new"]] as const),
  );
  const gone = bucketed(stages, adoption.range, grainOf(adoption.range), ["dormant"], (day) => [
    ["dormant", day.dormant],
  ]);
  const grain = grainOf(activity.range);
  const sessions = bucketed(rows, activity.range, grain, ["sessions"], (day) => [["sessions", day.sessions]]);
  const sessionsThen =
    previous && activityThen
      ? bucketed(activityThen, previous, grain, ["sessions"], (day) => [["sessions", day.sessions]])
      : undefined;

  return (
    <div className="space-y-3">
      <Cards inRow={4}>
        <Card label="Active in a day" {...last("daily_active_users")} />
        <Card label="Active in 7 days" {...last("weekly_active_users")} />
        <Card label="Active in 30 days" {...last("monthly_active_users")} />
        <Card
          label="Stickiness"
          metric="stickiness"
          unit="share"
          told={activity}
          value={stickiness(rows)}
          before={earlier(stickiness)}
          says="a day ÷ 30 days"
        />
        <Card
          label="Week of month"
          metric="weekly_share"
          unit="share"
          told={activity}
          value={weeklyShare(rows)}
          before={earlier(weeklyShare)}
          says="7 days ÷ 30 days"
        />
        <Card label="New" {...stage("new")} />
        <Card label="Returning" {...stage("returning")} />
        <Card label="Dormant" {...stage("dormant")} />
      </Cards>
      <Panel
        name="active-people"
        title="Active people"
        metric="daily_active_users"
        says="On each day, and looking back 7 and 30 days from it"
        told={[activity]}
        table={tableOf(people, ACTIVE, "count", peopleThen)}
        isEmpty={people.every(({ values }) => !values.monthly_active_users)}
        hasDrawing
      >
        <OverTime
          title="Active people"
          kind="lines"
          series={ACTIVE}
          points={people}
          previous={peopleThen}
          grain="day"
          height={280}
        />
      </Panel>
      <div className="grid gap-3 xl:grid-cols-2">
        <Panel
          name="people-by-client"
          title="Active people by client"
          metric="daily_active_users_by_client"
          says="Somebody on two clients counts in both"
          told={[activity]}
          table={tableOf(clientPoints, byClient, "count", clientPointsThen)}
          isEmpty={byClient.length === 0}
          onClear={search.client ? () => set({ client: undefined }) : undefined}
          clears="Show every client"
          hasDrawing
        >
          <OverTime
            title="Active people by client"
            kind="lines"
            series={byClient}
            points={clientPoints}
            previous={clientPointsThen}
            grain="day"
            onSeries={search.client ? undefined : (client) => set({ client })}
          />
        </Panel>
        <Panel
          name="sessions"
          title="Sessions"
          metric="sessions"
          says="Conversations begun"
          told={[activity]}
          table={tableOf(sessions, SESSIONS, "count", sessionsThen)}
          isEmpty={rows.every((day) => day.sessions === 0)}
          hasDrawing
        >
          <OverTime
            title="Sessions"
            kind="bars"
            series={SESSIONS}
            points={sessions}
            previous={sessionsThen}
          />
        </Panel>
        <Panel
          name="new-and-returning"
          title="New and returning people"
          metric="new"
          says="Of those active on the day"
          told={[adoption]}
          table={tableOf(came, STAGES)}
          isEmpty={stages.every((day) => day.new + day.returning + day.resurrected === 0)}
          hasDrawing
        >
          <OverTime title="New and returning people" kind="bars" series={STAGES} points={came} grain="day" />
        </Panel>
        <Panel
          name="dormant"
          title="Dormant people"
          metric="dormant"
          says="Last active 30 days before: on this day they leave the active people"
          told={[adoption]}
          table={tableOf(gone, DORMANT)}
          isEmpty={stages.every((day) => day.dormant === 0)}
          hasDrawing
        >
          <OverTime
            title="Dormant people"
            kind="bars"
            grain={grainOf(adoption.range)}
            series={DORMANT}
            points={gone}
          />
        </Panel>
      </div>
    </div>
  );
}

const SAYS = {
  new: "first seen in these days",
  returning: "of these days, seen before",
  dormant: "seen before, not in these days",
};
const SESSIONS: Series[] = [{ key: "sessions", label: "Sessions", colour: 5 }];

function clientsOf(rows: ActivityDay[]): string[] {
  const names = new Map<string, number>();
  for (const row of rows) {
    for (const [name, value] of Object.entries(row.daily_active_users_by_client as Record<string, number>)) {
      names.set(name, (names.get(name) ?? 0) + value);
    }
  }
  return [...names]
    .filter(([, value]) => value > 0)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([name]) => name);
}
