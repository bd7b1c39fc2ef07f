import { useReport } from "../api/queries";
import type { ToolsDay } from "../api/types";
import { exact } from "../numbers/format";
import { autonomy, wholeOf } from "../numbers/reports";
import { bucketed, byName, daily, type Series, topSeries, total } from "../numbers/sums";
import { Breakdown } from "../parts/Breakdown";
import { Card, Cards } from "../parts/Card";
import { Controls } from "../parts/Controls";
import { OverTime, Panel, tableOf } from "../parts/Panel";
import { Chips, For, ViewHead } from "../parts/ViewHead";
import { lengthOf, shortDay } from "../state/days";
import { useView } from "../state/search";

export function Tools() {
  return (
    <>
      <ViewHead title="Tools & autonomy" says="What agents do, and how long they do it without being asked.">
        <Controls />
      </ViewHead>
      <For permission="reports">
        <Chips of={["tool"]} />
        <Numbers />
      </For>
    </>
  );
}

const RATIOS: Series[] = [
  { key: "autonomy_ratio_p90", label: "90th percentile", colour: 2 },
  { key: "autonomy_ratio_avg", label: "Average", colour: 0 },
  { key: "autonomy_ratio_p50", label: "Median", colour: 1 },
];
const LEVELS: Series[] = [
  { key: "auto_high", label: "Auto, high", colour: 0 },
  { key: "auto_medium", label: "Auto, medium", colour: 1 },
  { key: "auto_low", label: "Auto, low", colour: 5 },
  { key: "spec", label: "Spec", colour: 3 },
  { key: "manual", label: "Manual", colour: 2 },
];

function Numbers() {
  const { search, set, range, previous, grainOf } = useView();
  const days = lengthOf(range);
  const tools = useReport("tools", range);
  const activity = useReport("activity", range);
  const toolsThen = wholeOf(useReport("tools", previous), days);
  const activityThen = wholeOf(useReport("activity", previous), days);

  const rows = tools.data?.data ?? [];
  const newest = rows.at(-1);
  const on = newest ? `on ${shortDay(newest.date)}` : "no day yet";
  const tool = search.tool;
  const callsOf = (day: ToolsDay) =>
    day.by_tool
      .filter((one) => !tool || one.tool === tool)
      .map((one) => [one.tool, one.invocations] as const);
  const calls = (all: ToolsDay[]) =>
    tool
      ? total(all, (day) => callsOf(day).reduce((sum, [, value]) => sum + value, 0))
      : total(all, (day) => day.tool_calls);
  const earlier = (take: (rows: ToolsDay[]) => number | null) =>
    previous ? (toolsThen ? take(toolsThen) : null) : undefined;
  const last = (
    key:
      | "autonomy_ratio_p50"
      | "autonomy_ratio_p90"
      | "tool_calls_per_session_avg"
      | "user_turns_per_session_avg"
      | "mcp_users_with_mcp",
  ) => ({
    metric: key,
    told: tools,
    value: newest?.[key] ?? null,
    before: earlier((all) => all.at(-1)?.[key] ?? null),
    says: on,
    trend: rows.map((row) => row[key]),
  });

  const sums = byName(rows, callsOf);
  const sumsThen = toolsThen
    ? new Map(byName(toolsThen, callsOf).map(({ name, value }) => [name, value]))
    : null;
  const grain = grainOf(tools.range);
  const series = topSeries(sums);
  const keys = series.map(({ key }) => key);
  const points = bucketed(rows, tools.range, grain, keys, callsOf);
  const pointsThen = previous && toolsThen ? bucketed(toolsThen, previous, grain, keys, callsOf) : undefined;
  const ratioOf = (day: ToolsDay) => ({
    autonomy_ratio_p90: day.autonomy_ratio_p90,
    autonomy_ratio_avg: day.autonomy_ratio_avg,
    autonomy_ratio_p50: day.autonomy_ratio_p50,
  });
  const ratios = daily(rows, tools.range, ratioOf);
  const ratiosThen = previous && toolsThen ? daily(toolsThen, previous, ratioOf) : undefined;
  const levels = daily(rows, tools.range, (day) => ({ ...day.tool_autonomy_level_ratio }));
  const only = (name: string) => set({ tool: name === tool ? undefined : name });

  const lists = [
    {
      name: "mcp-servers",
      title: "MCP servers",
      metric: "mcp_by_server",
      take: (day: ToolsDay) => day.mcp_by_server.map((one) => [one.server, one.invocations] as const),
    },
    {
      name: "skills",
      title: "Skills",
      metric: "skills_by_name",
      take: (day: ToolsDay) => day.skills_by_name.map((one) => [one.name, one.count] as const),
    },
    {
      name: "slash-commands",
      title: "Slash commands",
      metric: "slash_commands_by_name",
      take: (day: ToolsDay) => day.slash_commands_by_name.map((one) => [one.name, one.count] as const),
    },
    {
      name: "hooks",
      title: "Hooks",
      metric: "hooks_by_event",
      take: (day: ToolsDay) =>
        day.hooks_by_event.map(
          (one) => [[one.event, one.matcher, one.command].filter(Boolean).join(" · "), one.count] as const,
        ),
    },
  ];

  return (
    <div className="space-y-3">
      <Cards>
        <Card
          label={tool ? "Calls of this tool" : "Tool calls"}
          metric="tool_calls"
          told={tools}
          value={rows.length ? calls(rows) : null}
          before={earlier(calls)}
          says={`in ${days} ${days === 1 ? "day" : "days"}`}
          trend={rows.map((row) => calls([row]))}
        />
        <Card
          label="Autonomy"
          metric="autonomy_ratio_avg"
          unit="ratio"
          told={tools}
          value={autonomy(rows, activity.data?.data ?? [])}
          before={
            previous ? (toolsThen && activityThen ? autonomy(toolsThen, activityThen) : null) : undefined
          }
          says="tool calls a message"
          trend={rows.map((row) => row.autonomy_ratio_avg)}
        />
        <Card label="Autonomy, median" unit="ratio" {...last("autonomy_ratio_p50")} />
        <Card label="Autonomy, 90th percentile" unit="ratio" {...last("autonomy_ratio_p90")} />
        <Card label="Tool calls a session" unit="ratio" {...last("tool_calls_per_session_avg")} />
        <Card label="People with MCP" {...last("mcp_users_with_mcp")} />
      </Cards>
      <div className="grid gap-3 xl:grid-cols-2">
        <Panel
          name="autonomy"
          title="Autonomy"
          metric="autonomy_ratio_avg"
          says="Tool calls for each message that a person wrote, by day"
          told={[tools]}
          table={tableOf(ratios, RATIOS, "ratio", ratiosThen)}
          isEmpty={rows.every((day) => day.autonomy_ratio_avg === 0)}
          hasDrawing
        >
          <OverTime
            title="Autonomy"
            kind="lines"
            unit="ratio"
            series={RATIOS}
            points={ratios}
            previous={ratiosThen}
            grain="day"
          />
        </Panel>
        <Panel
          name="autonomy-levels"
          title="Autonomy levels"
          metric="tool_autonomy_level_ratio"
          says="Shares of the tool calls whose level is known"
          told={[tools]}
          table={tableOf(levels, LEVELS, "share")}
          isEmpty={levels.every(({ values }) => LEVELS.every(({ key }) => !values[key]))}
          hasDrawing
        >
          <OverTime
            title="Autonomy levels"
            kind="shares"
            unit="share"
            series={LEVELS}
            points={levels}
            grain="day"
          />
        </Panel>
      </div>
      <Panel
        name="tool-calls"
        title={tool ? `Calls of ${tool}` : "Tool calls by tool"}
        metric="by_tool"
        told={[tools]}
        table={tableOf(points, series, "count", pointsThen)}
        isEmpty={sums.length === 0}
        onClear={tool ? () => set({ tool: undefined }) : undefined}
        clears="Show every tool"
        hasDrawing
      >
        <OverTime
          title="Tool calls by tool"
          kind="bars"
          grain={grain}
          series={series}
          points={points}
          previous={pointsThen}
          onSeries={tool ? undefined : only}
        />
      </Panel>
      <div className="grid gap-3 lg:grid-cols-2">
        <Panel
          name="tools"
          title="Tools"
          metric="by_tool"
          told={[tools]}
          isEmpty={sums.length === 0}
          onClear={tool ? () => set({ tool: undefined }) : undefined}
          clears="Show every tool"
          table={{
            columns: [
              { label: "Tool", field: "tool" },
              { label: "Calls", field: "invocations", unit: "count" },
            ],
            rows: sums.map(({ name, value }) => [name, value]),
          }}
        >
          <Breakdown
            label="Calls by tool"
            parts={sums.map((one) => ({
              ...one,
              before: sumsThen ? (sumsThen.get(one.name) ?? 0) : undefined,
            }))}
            onPick={only}
          />
        </Panel>
        {lists.map(({ name, title, metric, take }) => {
          const parts = byName(rows, take);
          return (
            <Panel
              key={name}
              className={name === "hooks" ? "lg:col-span-2" : ""}
              name={name}
              title={title}
              metric={metric}
              says={parts.length ? `${exact(parts.reduce((sum, { value }) => sum + value, 0))} in all` : ""}
              told={[tools]}
              isEmpty={parts.length === 0}
              table={{
                columns: [
                  { label: title, field: "name" },
                  { label: "Count", field: "count", unit: "count" },
                ],
                rows: parts.map((one) => [one.name, one.value]),
              }}
            >
              <Breakdown label={title} parts={parts} />
            </Panel>
          );
        })}
      </div>
    </div>
  );
}
