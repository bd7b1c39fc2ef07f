import { useNavigate } from "@tanstack/react-router";
import { useReport, useTokensByModel } from "../api/queries";
import type { TokensByModel, TokensDay } from "../api/types";
import { cacheReadShare, wholeOf } from "../numbers/reports";
import { bucketed, byName, daily, OTHER, type Series, topSeries, total } from "../numbers/sums";
import { Breakdown } from "../parts/Breakdown";
import { Card, Cards } from "../parts/Card";
import { Controls } from "../parts/Controls";
import { OverTime, Panel, tableOf } from "../parts/Panel";
import { Chips, For, ViewHead } from "../parts/ViewHead";
import { lengthOf } from "../state/days";
import { useView } from "../state/search";
import { useMay } from "../state/session";
import { ByPerson } from "./CostByPerson";

export function Cost() {
  return (
    <>
      <ViewHead
        title="Cost"
        says="Tokens as they were used, weighed as they are billed, and how much the cache saved."
      >
        <Controls />
      </ViewHead>
      <For permission="reports">
        <Chips of={["model"]} />
        <Numbers />
      </For>
    </>
  );
}

const MIX: Series[] = [
  { key: "cache_read_tokens", label: "Cache read", colour: 1 },
  { key: "cache_write_tokens", label: "Cache write", colour: 2 },
  { key: "input_tokens", label: "Input", colour: 0 },
  { key: "output_tokens", label: "Output", colour: 3 },
];
const SHARE: Series[] = [{ key: "share", label: "Cache read share", colour: 1 }];

function Numbers() {
  const { search, set, range, previous, grainOf } = useView();
  const model = search.model;
  const days = lengthOf(range);
  const tokens = useReport("tokens", range);
  const grouped = useTokensByModel(range);
  const tokensThen = wholeOf(useReport("tokens", previous), days);
  const groupedThen = useTokensByModel(previous).data?.data ?? null;
  const mayPeople = useMay("people");
  const navigate = useNavigate();

  const rows = tokens.data?.data ?? [];
  const ofModel = (all: TokensByModel[]) => (model ? all.filter((row) => row.group_key === model) : all);
  const models = ofModel(grouped.data?.data ?? []);
  const modelsThen = tokensThen && groupedThen ? ofModel(groupedThen) : null;
  const sums = byName(models, billableOf);
  const sumsThen = modelsThen
    ? new Map(byName(modelsThen, billableOf).map(({ name, value }) => [name, value]))
    : null;
  const grain = grainOf(grouped.range);
  const series = topSeries(sums);
  const keys = series.map(({ key }) => key);
  const points = bucketed(withDays(models, rows), grouped.range, grain, keys, billableOf);
  const pointsThen =
    previous && modelsThen && tokensThen
      ? bucketed(withDays(modelsThen, tokensThen), previous, grain, keys, billableOf)
      : undefined;

  const inDays = `in ${days} ${days === 1 ? "day" : "days"}`;
  const card = (field: "billable_tokens" | "input_tokens" | "output_tokens") => {
    // With a model chosen, its own rows; without, the report's rows, which hold everything.
    const sum = (all: { [key in typeof field]: number }[] | null) =>
      all ? total(all, (row) => row[field]) : null;
    return {
      metric: field,
      told: model ? grouped : tokens,
      value: rows.length && (model ? grouped : tokens).data ? sum(model ? models : rows) : null,
      before: previous ? sum(model ? modelsThen : tokensThen) : undefined,
      says: inDays,
      trend: model ? perDay(models, field) : rows.map((row) => row[field]),
    };
  };
  const plain = (field: "cache_read_tokens" | "cache_write_tokens") => ({
    metric: field,
    told: tokens,
    value: rows.length ? total(rows, (row) => row[field]) : null,
    before: previous ? (tokensThen ? total(tokensThen, (row) => row[field]) : null) : undefined,
    says: inDays,
    trend: rows.map((row) => row[field]),
  });

  const mixOf = (day: TokensDay) =>
    MIX.map(({ key }) => [key, day[key as keyof TokensDay] as number] as const);
  const mix = bucketed(
    rows,
    tokens.range,
    grainOf(tokens.range),
    MIX.map(({ key }) => key),
    mixOf,
  );
  const shareOf = (day: TokensDay) => ({ share: cacheReadShare([day]) });
  const share = daily(rows, tokens.range, shareOf);
  const shareThen = previous && tokensThen ? daily(tokensThen, previous, shareOf) : undefined;
  const only = (name: string) => set({ model: name === model ? undefined : name });

  return (
    <div className="space-y-3">
      <Cards>
        <Card label="Billable tokens" {...card("billable_tokens")} />
        <Card label="Input" {...card("input_tokens")} />
        <Card label="Output" {...card("output_tokens")} />
        {model ? null : (
          <>
            <Card label="Cache read" {...plain("cache_read_tokens")} />
            <Card label="Cache write" {...plain("cache_write_tokens")} />
            <Card
              label="Cache efficiency"
              metric="cache_read_share"
              unit="share"
              told={tokens}
              value={cacheReadShare(rows)}
              before={previous ? (tokensThen ? cacheReadShare(tokensThen) : null) : undefined}
              says="of input was cached"
              trend={share.map(({ values }) => values.share ?? null)}
            />
          </>
        )}
      </Cards>
      <Panel
        name="cost-by-model"
        title={model ? `Billable tokens of ${model}` : "Billable tokens by model"}
        metric="billable_tokens"
        told={[grouped, tokens]}
        table={tableOf(points, series, "count", pointsThen)}
        isEmpty={models.length === 0}
        onClear={model ? () => set({ model: undefined }) : undefined}
        clears="Show every model"
        hasDrawing
      >
        <OverTime
          title="Billable tokens by model"
          kind="bars"
          grain={grain}
          series={series}
          points={points}
          previous={pointsThen}
          height={300}
          onSeries={model ? undefined : only}
        />
      </Panel>
      <div className="grid gap-3 xl:grid-cols-2">
        <Panel
          name="models"
          title="Models"
          metric="by_model"
          told={[grouped]}
          isEmpty={models.length === 0}
          onClear={model ? () => set({ model: undefined }) : undefined}
          clears="Show every model"
          table={{
            columns: [
              { label: "Model", field: "model_id" },
              { label: "Billable tokens", field: "billable_tokens", unit: "count" },
              { label: "Input tokens", field: "input_tokens", unit: "count" },
              { label: "Output tokens", field: "output_tokens", unit: "count" },
            ],
            rows: sums.map(({ name, value }) => {
              const own = models.filter((row) => row.group_key === name);
              return [
                name,
                value,
                total(own, (row) => row.input_tokens),
                total(own, (row) => row.output_tokens),
              ];
            }),
          }}
        >
          <Breakdown
            label="Billable tokens by model"
            parts={sums.map((one) => ({
              ...one,
              before: sumsThen ? (sumsThen.get(one.name) ?? 0) : undefined,
            }))}
            onPick={only}
          />
        </Panel>
        {mayPeople ? (
          <ByPerson
            model={model}
            onPerson={(id) => void navigate({ to: `/people/${id}`, search: ((old: object) => old) as never })}
          />
        ) : null}
        {model ? null : (
          <>
            <Panel
              name="token-mix"
              title="Tokens by kind"
              metric="input_tokens"
              says="Before they are weighed: a token read from the cache costs a tenth"
              told={[tokens]}
              table={tableOf(mix, MIX)}
              isEmpty={rows.every((day) => mixOf(day).every(([, value]) => value === 0))}
              hasDrawing
            >
              <OverTime
                title="Tokens by kind"
                kind="bars"
                grain={grainOf(tokens.range)}
                series={MIX}
                points={mix}
              />
            </Panel>
            <Panel
              name="cache-efficiency"
              title="Cache efficiency"
              metric="cache_read_share"
              says="Share of the input that came from the cache"
              told={[tokens]}
              table={tableOf(share, SHARE, "share", shareThen)}
              isEmpty={share.every(({ values }) => values.share === null || values.share === undefined)}
              hasDrawing
            >
              <OverTime
                title="Cache efficiency"
                kind="lines"
                unit="share"
                series={SHARE}
                points={share}
                previous={shareThen}
                grain="day"
              />
            </Panel>
          </>
        )}
      </div>
    </div>
  );
}

function billableOf(row: TokensByModel) {
  return [[row.group_key, row.billable_tokens]] as const;
}

/** Days on which no model was used are known to be zero; grouped answers leave them out. */
function withDays(models: TokensByModel[], days: { date: string }[]): TokensByModel[] {
  const empty = days.map(({ date }) => ({
    date,
    group_key: OTHER,
    billable_tokens: 0,
    input_tokens: 0,
    output_tokens: 0,
  }));
  return [...models, ...empty];
}

function perDay(
  models: TokensByModel[],
  field: "billable_tokens" | "input_tokens" | "output_tokens",
): number[] {
  return byName(models, (row) => [[row.date, row[field]] as const])
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ value }) => value);
}
