import { useReport } from "../api/queries";
import type { ProductivityDay } from "../api/types";
import { perActiveDay, wholeOf } from "../numbers/reports";
import { bucketed, byName, type Series, topSeries, total } from "../numbers/sums";
import { Breakdown } from "../parts/Breakdown";
import { Card, Cards } from "../parts/Card";
import { Controls } from "../parts/Controls";
import { OverTime, Panel, tableOf } from "../parts/Panel";
import { Chips, For, ViewHead } from "../parts/ViewHead";
import { lengthOf } from "../state/days";
import { useView } from "../state/search";

export function Productivity() {
  return (
    <>
      <ViewHead
        title="Productivity"
        says="What was made through agents. It is volume: what it is worth, no counter knows."
      >
        <Controls />
      </ViewHead>
      <For permission="reports">
        <Chips of={["language"]} />
        <Numbers />
      </For>
    </>
  );
}

const GIT: Series[] = [
  { key: "git_commits", label: "Commits", colour: 3 },
  { key: "git_prs_created", label: "Pull requests", colour: 1 },
];

type Field = "files_created" | "files_edited" | "git_commits" | "git_prs_created";

function Numbers() {
  const { search, set, range, previous, grain } = useView();
  const days = lengthOf(range);
  const made = useReport("productivity", range);
  const activity = useReport("activity", range);
  const madeThen = wholeOf(useReport("productivity", previous).data?.data, days);
  const activityThen = wholeOf(useReport("activity", previous).data?.data, days);

  const rows = made.data?.data ?? [];
  const people = activity.data?.data ?? [];
  const language = search.language;
  const inDays = `in ${days} ${days === 1 ? "day" : "days"}`;
  const sum = (all: ProductivityDay[], field: Field) => total(all, (day) => day[field]);
  const card = (field: Field) => ({
    metric: field,
    told: made,
    value: made.data ? sum(rows, field) : null,
    before: previous ? (madeThen ? sum(madeThen, field) : null) : undefined,
    says: inDays,
    trend: rows.map((row) => row[field]),
  });
  const each = (field: Field, metric: string) => ({
    metric,
    unit: "ratio" as const,
    told: made,
    value: made.data ? perActiveDay(sum(rows, field), people) : null,
    before: previous
      ? madeThen && activityThen
        ? perActiveDay(sum(madeThen, field), activityThen)
        : null
      : undefined,
    says: "a person and active day",
  });

  const languageOf = (day: ProductivityDay) =>
    day.by_language
      .filter((one) => !language || one.language === language)
      .map((one) => [one.language, one.count] as const);
  const extensionOf = (day: ProductivityDay) =>
    day.by_extension.map((one) => [one.extension, one.count] as const);
  const languages = byName(rows, languageOf);
  const languagesThen = madeThen
    ? new Map(byName(madeThen, languageOf).map(({ name, value }) => [name, value]))
    : null;
  const extensions = byName(rows, extensionOf);
  const series = topSeries(languages);
  const keys = series.map(({ key }) => key);
  const points = bucketed(rows, range, grain, keys, languageOf);
  const pointsThen = previous && madeThen ? bucketed(madeThen, previous, grain, keys, languageOf) : undefined;
  const gitOf = (day: ProductivityDay) =>
    [
      ["git_commits", day.git_commits],
      ["git_prs_created", day.git_prs_created],
    ] as const;
  const git = bucketed(rows, range, grain, ["git_commits", "git_prs_created"], gitOf);
  const gitThen =
    previous && madeThen
      ? bucketed(madeThen, previous, grain, ["git_commits", "git_prs_created"], gitOf)
      : undefined;
  const only = (name: string) => set({ language: name === language ? undefined : name });

  return (
    <div className="space-y-3">
      <Cards>
        <Card label="Files created" {...card("files_created")} />
        <Card label="Edits of files" {...card("files_edited")} />
        <Card label="Commits" {...card("git_commits")} />
        <Card label="Pull requests" {...card("git_prs_created")} />
        <Card label="Commits per active developer" {...each("git_commits", "commits_per_active_day")} />
        <Card label="Pull requests per active developer" {...each("git_prs_created", "prs_per_active_day")} />
      </Cards>
      <Panel
        name="files-by-language"
        title={language ? `Files in ${language}` : "Files by language"}
        metric="by_language"
        says="Created and edited"
        told={[made]}
        table={tableOf(points, series, "count", pointsThen)}
        isEmpty={languages.length === 0}
        onClear={language ? () => set({ language: undefined }) : undefined}
        clears="Show every language"
        hasDrawing
      >
        <OverTime
          title="Files by language"
          kind="bars"
          series={series}
          points={points}
          previous={pointsThen}
          height={280}
          onSeries={language ? undefined : only}
        />
      </Panel>
      <div className="grid gap-3 lg:grid-cols-2">
        <Panel
          name="commits-and-prs"
          title="Commits and pull requests"
          metric="git_commits"
          told={[made]}
          table={tableOf(git, GIT, "count", gitThen)}
          isEmpty={rows.every((day) => day.git_commits + day.git_prs_created === 0)}
          hasDrawing
          className="lg:col-span-2"
        >
          <OverTime
            title="Commits and pull requests"
            kind="lines"
            series={GIT}
            points={git}
            previous={gitThen}
          />
        </Panel>
        <Panel
          name="languages"
          title="Languages"
          metric="by_language"
          told={[made]}
          isEmpty={languages.length === 0}
          onClear={language ? () => set({ language: undefined }) : undefined}
          clears="Show every language"
          table={{
            columns: [
              { label: "Language", field: "language" },
              { label: "Files", field: "count", unit: "count" },
            ],
            rows: languages.map(({ name, value }) => [name, value]),
          }}
        >
          <Breakdown
            label="Files by language"
            parts={languages.map((one) => ({
              ...one,
              before: languagesThen ? (languagesThen.get(one.name) ?? 0) : undefined,
            }))}
            onPick={only}
          />
        </Panel>
        <Panel
          name="extensions"
          title="Extensions"
          metric="by_extension"
          told={[made]}
          isEmpty={extensions.length === 0}
          table={{
            columns: [
              { label: "Extension", field: "extension" },
              { label: "Files", field: "count", unit: "count" },
            ],
            rows: extensions.map(({ name, value }) => [name, value]),
          }}
        >
          <Breakdown label="Files by extension" parts={extensions} />
        </Panel>
      </div>
    </div>
  );
}
