import { type KeyboardEvent, useRef } from "react";
import {
  Area,
  Bar,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceArea,
  ResponsiveContainer,
  Tooltip,
  useActiveTooltipLabel,
  XAxis,
  YAxis,
} from "recharts";
import { exact, tick, type Unit } from "../numbers/format";
import type { Point, Series } from "../numbers/sums";
import { type Day, type Grain, isWeekend, longBucket, shortDay } from "../state/days";
import { colourOf } from "./colours";
import { isMarked, Marker } from "./Marker";

export type ChartProps = {
  /** Says what is drawn, to those who do not see it. */
  label: string;
  kind: "bars" | "lines" | "shares";
  series: Series[];
  points: Point[];
  /** The same buckets of the period before, by place; drawn dashed. */
  previous?: Point[] | undefined;
  grain: Grain;
  unit?: Unit;
  height?: number;
  /** What a click on a bucket, or Enter, does. */
  onPick?: ((bucket: Day) => void) | undefined;
};

type Row = { at: Day; was?: Day | undefined } & Record<string, number | string | null | undefined>;

const BEFORE = "before:";

/** Bars or lines over time, with the values of a bucket on hover and under the arrow keys. */
export default function Chart(props: ChartProps) {
  const { series, points, previous, kind, grain, unit = "count", onPick } = props;
  const active = useRef<Day | null>(null);
  const stacked = kind !== "lines";
  const rows: Row[] = points.map((point, place) => {
    const earlier = previous?.[place];
    const row: Row = { at: point.at, was: earlier?.at };
    for (const { key } of series) row[key] = point.values[key] ?? null;
    if (earlier && kind === "lines")
      for (const { key } of series) row[BEFORE + key] = earlier.values[key] ?? null;
    if (earlier && kind === "bars") row[BEFORE] = together(earlier, series);
    return row;
  });
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Enter" && active.current) {
      event.preventDefault();
      onPick?.(active.current);
    }
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the drawing inside has the focus and its own keys
    <div onKeyDown={onKey} className={onPick ? "cursor-pointer" : undefined}>
      <ResponsiveContainer
        width="100%"
        height={props.height ?? 240}
        initialDimension={{ width: 640, height: 240 }}
      >
        <ComposedChart
          data={rows}
          title={props.label}
          margin={{ top: 8, right: 8, bottom: 0, left: 0 }}
          stackOffset={kind === "shares" ? "expand" : "none"}
          barCategoryGap={points.length > 60 ? 1 : "18%"}
          onClick={({ activeLabel }) => activeLabel !== undefined && onPick?.(String(activeLabel))}
        >
          {stacked && grain === "day"
            ? points
                .filter(({ at }) => isWeekend(at))
                .map(({ at }) => (
                  <ReferenceArea
                    key={at}
                    x1={at}
                    x2={at}
                    fill="var(--weekend)"
                    stroke="none"
                    ifOverflow="hidden"
                  />
                ))
            : null}
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="at"
            tickFormatter={shortDay}
            tickLine={false}
            axisLine={{ stroke: "var(--edge)" }}
            tick={{ fill: "var(--soft)", fontSize: 11 }}
            minTickGap={28}
            height={24}
          />
          <YAxis
            tickFormatter={(value: number) => tick(value, kind === "shares" ? "share" : unit)}
            tickLine={false}
            axisLine={false}
            tick={{ fill: "var(--soft)", fontSize: 11 }}
            width={48}
            domain={kind === "shares" ? [0, 1] : [0, "auto"]}
            allowDecimals={unit !== "count"}
          />
          <Tooltip
            isAnimationActive={false}
            cursor={stacked ? { fill: "var(--ink)", fillOpacity: 0.06 } : { stroke: "var(--edge)" }}
            wrapperStyle={{ zIndex: 20 }}
            content={({ label, active: shown }) =>
              shown ? <Values {...props} row={rows.find(({ at }) => at === label)} /> : null
            }
          />
          {series.map((one, place) =>
            kind === "lines" ? (
              <Line
                key={one.key}
                dataKey={one.key}
                name={one.label}
                stroke={colourOf(one, place)}
                strokeWidth={2}
                dot={(dot: {
                  cx?: number;
                  cy?: number;
                  index: number;
                  key?: string | number | bigint | null;
                }) =>
                  isMarked(dot.index, place, points.length) ? (
                    <Marker key={dot.key} x={dot.cx} y={dot.cy} place={place} colour={colourOf(one, place)} />
                  ) : (
                    <g key={dot.key} />
                  )
                }
                activeDot={{ r: 4 }}
                isAnimationActive={false}
                type="linear"
              />
            ) : kind === "shares" ? (
              <Area
                key={one.key}
                dataKey={one.key}
                name={one.label}
                stackId="all"
                fill={colourOf(one, place)}
                fillOpacity={0.85}
                stroke="var(--surface)"
                strokeWidth={1}
                isAnimationActive={false}
                type="linear"
              />
            ) : (
              <Bar
                key={one.key}
                dataKey={one.key}
                name={one.label}
                stackId="all"
                fill={colourOf(one, place)}
                stroke="var(--surface)"
                strokeWidth={points.length > 60 ? 0.5 : 1}
                isAnimationActive={false}
              />
            ),
          )}
          {previous && kind === "lines"
            ? series.map((one, place) => (
                <Line
                  key={BEFORE + one.key}
                  dataKey={BEFORE + one.key}
                  stroke={colourOf(one, place)}
                  strokeOpacity={0.65}
                  strokeDasharray="3 4"
                  strokeWidth={1.25}
                  dot={false}
                  activeDot={false}
                  isAnimationActive={false}
                  type="linear"
                />
              ))
            : null}
          {previous && kind === "bars" ? (
            <Line
              dataKey={BEFORE}
              stroke="var(--ink)"
              strokeOpacity={0.7}
              strokeDasharray="4 4"
              strokeWidth={1.5}
              dot={false}
              activeDot={false}
              isAnimationActive={false}
              type="linear"
            />
          ) : null}
          <Remember into={active} />
        </ComposedChart>
      </ResponsiveContainer>
    </div>
  );
}

function Remember({ into }: { into: { current: Day | null } }) {
  const label = useActiveTooltipLabel();
  into.current = label === undefined ? null : String(label);
  return null;
}

function together(point: Point, series: Series[]): number | null {
  const values = series.map(({ key }) => point.values[key]).filter((value) => typeof value === "number");
  return values.length ? values.reduce((sum, value) => sum + value, 0) : null;
}

function Values(props: ChartProps & { row: Row | undefined }) {
  const { row, series, grain, kind, unit = "count", onPick } = props;
  if (!row) return null;
  const written = kind === "shares" ? "share" : unit;
  const number = (key: string) => {
    const value = row[key];
    return exact(typeof value === "number" ? value : null, written);
  };
  const sum = series.reduce(
    (all, { key }) => all + (typeof row[key] === "number" ? (row[key] as number) : 0),
    0,
  );
  // The top of the stack comes first.
  const listed =
    kind === "lines"
      ? series.map((one, at) => ({ one, at }))
      : series.map((one, at) => ({ one, at })).reverse();
  return (
    <div
      role="status"
      className="numbers max-w-72 rounded-lg border border-line bg-surface px-3 py-2 text-xs shadow-lg"
    >
      <p className="mb-1 font-medium">{longBucket(row.at, grain)}</p>
      <table className="w-full">
        <tbody>
          {listed.map(({ one, at }) => (
            <tr key={one.key}>
              <th scope="row" className="max-w-44 truncate pr-4 text-left font-normal text-soft">
                <span
                  aria-hidden="true"
                  className="mr-1.5 inline-block size-2 rounded-xs"
                  style={{ background: colourOf(one, at) }}
                />
                {one.label}
              </th>
              <td className="text-right">{number(one.key)}</td>
              {row.was && kind === "lines" ? (
                <td className="pl-3 text-right text-soft">{number(BEFORE + one.key)}</td>
              ) : null}
            </tr>
          ))}
          {kind === "bars" && series.length > 1 ? (
            <tr className="border-line border-t">
              <th scope="row" className="pt-1 text-left font-medium">
                Together
              </th>
              <td className="pt-1 text-right font-medium">{exact(sum, unit)}</td>
            </tr>
          ) : null}
          {row.was && kind === "bars" ? (
            <tr>
              <th scope="row" className="pr-4 text-left font-normal text-soft">
                {longBucket(row.was, grain)}
              </th>
              <td className="text-right text-soft">{number(BEFORE)}</td>
            </tr>
          ) : null}
        </tbody>
      </table>
      {onPick ? <p className="mt-1 text-soft">Click or Enter: this {grain} alone</p> : null}
    </div>
  );
}
