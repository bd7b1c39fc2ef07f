import { Link, useParams } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { usePerson } from "../api/queries";
import type { UserDay } from "../api/types";
import { bucketed, byName, ratio, type Series, total } from "../numbers/sums";
import { Breakdown } from "../parts/Breakdown";
import { Card, Cards } from "../parts/Card";
import { Controls } from "../parts/Controls";
import { OverTime, Panel, tableOf } from "../parts/Panel";
import { nameOf } from "../parts/person";
import { For, ViewHead } from "../parts/ViewHead";
import { useView } from "../state/search";

/** Somebody's profile, for those who may see people. */
export function Person() {
  const { id } = useParams({ strict: false }) as { id: string };
  const { search } = useView();
  return (
    <For permission="people">
      <Link
        to="/people"
        search={{ range: search.range, from: search.from, to: search.to } as never}
        className="mb-2 inline-flex min-h-6 items-center gap-1 text-[13px] text-soft hover:text-ink"
      >
        <ArrowLeft size={14} aria-hidden="true" /> People
      </Link>
      <Profile id={id} />
    </For>
  );
}

/** One's own numbers, for members. */
export function Me() {
  return (
    <For permission="self">
      <Profile id="me" />
    </For>
  );
}

const TOKENS: Series[] = [{ key: "billable_tokens", label: "Billable tokens" }];
const TALK: Series[] = [
  { key: "sessions", label: "Sessions", colour: 5 },
  { key: "user_messages", label: "Messages", colour: 0 },
];
const WORK: Series[] = [
  { key: "files_edited", label: "Edits of files", colour: 0 },
  { key: "files_created", label: "Files created", colour: 1 },
  { key: "git_commits", label: "Commits", colour: 3 },
  { key: "git_prs_created", label: "Pull requests", colour: 2 },
];
const CALLS: Series[] = [{ key: "tool_calls", label: "Tool calls", colour: 2 }];

type Field =
  | "billable_tokens"
  | "sessions"
  | "user_messages"
  | "tool_calls"
  | "files_created"
  | "files_edited"
  | "git_commits"
  | "git_prs_created";

function Profile({ id }: { id: string }) {
  const { range, previous, grain } = useView();
  const told = usePerson(id, range);
  const earlier = usePerson(id, previous).data?.data ?? null;
  const rows = told.data?.data ?? [];
  const who = told.data?.meta;
  const name = id === "me" ? "My numbers" : who?.user_id ? nameOf({ ...who, user_id: who.user_id }) : id;
  const sum = (all: UserDay[], field: Field) => total(all, (day) => day[field]);
  const card = (field: Field) => ({
    metric: field,
    told,
    value: told.data ? sum(rows, field) : null,
    before: previous && earlier ? sum(earlier, field) : undefined,
    says: "in this range",
  });
  const autonomyOf = (all: UserDay[]) => ratio(sum(all, "tool_calls"), sum(all, "user_messages"));
  const chart = (series: Series[]) => {
    const keys = series.map(({ key }) => key);
    const take = (day: UserDay) => keys.map((key) => [key, day[key as Field]] as const);
    const fill = (all: UserDay[], days: typeof range) => zeros(bucketed(all, days, grain, keys, take));
    return {
      series,
      points: fill(rows, range),
      previous: previous && earlier ? fill(earlier, previous) : undefined,
    };
  };
  const panel = (key: string, title: string, series: Series[], kind: "bars" | "lines", metric: string) => {
    const drawn = chart(series);
    return (
      <Panel
        name={key}
        title={title}
        metric={metric}
        told={[told]}
        table={tableOf(drawn.points, series, "count", drawn.previous)}
        isEmpty={rows.length === 0}
        hasDrawing
      >
        <OverTime title={title} kind={kind} {...drawn} height={200} />
      </Panel>
    );
  };
  const days = (take: (day: UserDay) => (string | null)[]) =>
    byName(rows, (day) =>
      take(day)
        .filter((value): value is string => value !== null)
        .map((value) => [value, 1] as const),
    );
  const lists = [
    { key: "models", title: "Models", metric: "primary_model", parts: days((day) => [day.primary_model]) },
    {
      key: "levels",
      title: "Delegation levels",
      metric: "delegation_level",
      parts: days((day) => [day.delegation_level]),
    },
    { key: "languages", title: "Languages", metric: "languages", parts: days((day) => day.languages) },
  ];

  return (
    <>
      <ViewHead title={name} says="Only this person's own course; nobody is compared with anybody.">
        <Controls />
      </ViewHead>
      <div className="space-y-3">
        <Cards>
          <Card label="Billable tokens" {...card("billable_tokens")} />
          <Card label="Sessions" {...card("sessions")} />
          <Card label="Messages" {...card("user_messages")} />
          <Card label="Tool calls" {...card("tool_calls")} />
          <Card
            label="Autonomy"
            metric="autonomy_ratio"
            unit="ratio"
            told={told}
            value={autonomyOf(rows)}
            before={previous && earlier ? autonomyOf(earlier) : undefined}
            says="tool calls a message"
          />
          <Card label="Commits" {...card("git_commits")} />
        </Cards>
        <div className="grid gap-3 xl:grid-cols-2">
          {panel("person-tokens", "Billable tokens", TOKENS, "bars", "billable_tokens")}
          {panel("person-talk", "Sessions and messages", TALK, "lines", "user_messages")}
          {panel("person-calls", "Tool calls", CALLS, "bars", "tool_calls")}
          {panel("person-work", "Files, commits, pull requests", WORK, "lines", "files_edited")}
        </div>
        <div className="grid gap-3 lg:grid-cols-3">
          {lists.map(({ key, title, metric, parts }) => (
            <Panel
              key={key}
              name={key}
              title={title}
              metric={metric}
              says="Days on which it was used, most used on the day where there is one"
              told={[told]}
              isEmpty={parts.length === 0}
              table={{
                columns: [
                  { label: title, field: "name" },
                  { label: "Days", field: "days", unit: "count" },
                ],
                rows: parts.map((one) => [one.name, one.value]),
              }}
            >
              <Breakdown label={title} parts={parts} />
            </Panel>
          ))}
        </div>
      </div>
    </>
  );
}

/** Days without a row are days on which the person did nothing: known, and zero. */
function zeros(points: ReturnType<typeof bucketed>): ReturnType<typeof bucketed> {
  return points.map(({ at, values }) => ({
    at,
    values: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value ?? 0])),
  }));
}
