import { useAdoption, useReport } from "../api/queries";
import type { ProductivityDay } from "../api/types";
import { exact } from "../numbers/format";
import { wholeOf } from "../numbers/reports";
import { bucketed, byName, ratio, type Series, topSeries, total } from "../numbers/sums";
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
  const { search, set, range, previous, grainOf } = useView();
  const days = lengthOf(range);
  const made = useReport("productivity", range);
  const adoption = useAdoption(range);
  const madeThen = wholeOf(useReport("productivity", previous), days);
  const adoptionThen = useAdoption(previous).data ?? null;

  const rows = made.data?.data ?? [];
  const people = adoption.data?.meta.active_people ?? 0;
  const language = search.language;
  const inDays = `in ${days} ${days === 1 ? "day" : "days"}`;
  const sum = (all: ProductivityDay[], field: Field) => total(all, (day) => day[field]);
  const card = (field: Field) => ({
    metric: field,
    told: made,
    value: rows.length ? sum(rows, field) : null,
    before: previous ? (madeThen ? sum(madeThen, field) : null) : undefined,
    says: inDays,
    trend: rows.map((row) => row[field]),
  });
  const each = (field: Field, metric: string) => ({
    metric,
    unit: "ratio" as const,
    told: adoption,
    value: rows.length && adoption.data ? ratio(sum(rows, field), people) : null,
    before: previous
      ? madeThen && adoptionThen
        ? ratio(sum(madeThen, field), adoptionThen.meta.active_people)
        : null
      : undefined,
    says: `of ${exact(people)} active people`,
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
  const grain = grainOf(made.range);
  const series = topSeries(languages);
  const keys = series.map(({ key }) => key);
  const points = bucketed(rows, made.range, grain, keys, languageOf);
  const pointsThen = previous && madeThen ? bucketed(madeThen, previous, grain, keys, languageOf) : undefined;
  const gitOf = (day: ProductivityDay) =>
    [
      ["git_commits", day.git_commits],
      ["git_prs_created", day.git_prs_created],
    ] as const;
  const git = bucketed(rows, made.range, grain, ["git_commits", "git_prs_created"], gitOf);
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
        <Card label="Commits per person" {...each("git_commits", "commits_per_active_person")} />
        <Card label="PRs per person" {...each("git_prs_created", "prs_per_active_person")} />
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
          grain={grain}
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
            grain={grain}
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
