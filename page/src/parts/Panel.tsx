import { ChartColumn, Ellipsis, Sheet as SheetIcon } from "lucide-react";
import { lazy, type ReactNode, Suspense, useRef } from "react";
import { Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { curlOf } from "../api/client";
import { DATA, type Told, useApi } from "../api/queries";
import type { DataAnswer } from "../api/types";
import type { Point, Series } from "../numbers/sums";
import { bucketRange } from "../state/days";
import { useView } from "../state/search";
import { useMay } from "../state/session";
import { IconButton } from "./Button";
import type { ChartProps } from "./Chart";
import { copyText } from "./copy";
import { downloadCsv, downloadPng } from "./download";
import { Failed, NoDataYet, NothingMatches } from "./Empty";
import { Info } from "./Info";
import { Legend } from "./Legend";
import { Sheet, type Table } from "./Sheet";

const Chart = lazy(() => import("./Chart"));

export type PanelProps = {
  /** Names the panel in the address and in file names; small letters and dashes. */
  name: string;
  title: string;
  /** The metric that the info button defines. */
  metric?: string;
  says?: string;
  /** Every answer that the panel is drawn from; the first is the one that curl fetches. */
  told: Told<unknown>[];
  table: Table;
  isEmpty?: boolean;
  onClear?: () => void;
  clears?: string;
  children: ReactNode;
  /** There is a drawing that can be shown as a table and saved as a picture. */
  hasDrawing?: boolean;
  className?: string;
};

/** One question and its answer: title, definition, drawing or table, and ways to take it away. */
export function Panel(props: PanelProps) {
  const { name, title, told, table } = props;
  const { search, set, range } = useView();
  const self = useRef<HTMLElement>(null);
  const shown = new Set((search.tables ?? "").split(",").filter(Boolean));
  const asTable = shown.has(name);
  const path = told[0]?.path ?? "";
  const file = `andon-${name}-${range.start}-${range.end}`;

  const toggle = () => {
    if (asTable) shown.delete(name);
    else shown.add(name);
    set({ tables: [...shown].join(",") || undefined }, { replace: true });
  };
  const act = (key: string) => {
    if (key === "curl") void copyText(curlOf(path));
    if (key === "csv") downloadCsv(file, table);
    if (key === "png" && self.current) void downloadPng(file, self.current);
  };
  const actions = [
    { id: "curl", label: "Copy as curl" },
    { id: "csv", label: "Download CSV" },
    ...(props.hasDrawing && !asTable ? [{ id: "png", label: "Download PNG" }] : []),
  ];

  return (
    <section
      ref={self}
      data-panel={name}
      aria-labelledby={`${name}-title`}
      className={`panel min-w-0 ${props.className ?? ""}`}
    >
      <header className="flex items-start gap-1 px-4 pt-3">
        <div className="min-w-0 flex-1">
          <h2 id={`${name}-title`} className="flex items-center gap-1 font-semibold">
            {title} {props.metric ? <Info metric={props.metric} label={title} path={path} /> : null}
          </h2>
          {props.says ? <p className="text-soft text-xs">{props.says}</p> : null}
        </div>
        {props.hasDrawing ? (
          <IconButton
            label={asTable ? `View ${title} as a chart` : `View ${title} as a table`}
            onPress={toggle}
          >
            {asTable ? (
              <ChartColumn size={15} aria-hidden="true" />
            ) : (
              <SheetIcon size={15} aria-hidden="true" />
            )}
          </IconButton>
        ) : null}
        <MenuTrigger>
          <IconButton label={`More for ${title}`}>
            <Ellipsis size={16} aria-hidden="true" />
          </IconButton>
          <Popover
            placement="bottom end"
            className="rounded-lg border border-line bg-surface p-1 text-[13px] shadow-xl"
          >
            <Menu
              aria-label={`More for ${title}`}
              className="outline-none"
              onAction={(key) => act(String(key))}
            >
              {actions.map(({ id, label }) => (
                <MenuItem
                  key={id}
                  id={id}
                  className="cursor-pointer rounded-md px-3 py-1.5 outline-none data-[focused]:bg-accent-wash"
                >
                  {label}
                </MenuItem>
              ))}
            </Menu>
          </Popover>
        </MenuTrigger>
      </header>
      <div className="px-4 pt-2 pb-4">
        <Answered told={told} isEmpty={props.isEmpty ?? false} onClear={props.onClear} clears={props.clears}>
          {props.hasDrawing && asTable ? <Sheet table={table} caption={title} /> : props.children}
        </Answered>
      </div>
    </section>
  );
}

/** What to show of answers: an error, a skeleton, that there is nothing, or the children. */
export function Answered({
  told,
  isEmpty = false,
  onClear,
  clears,
  children,
}: {
  told: Told<unknown>[];
  isEmpty?: boolean;
  onClear?: (() => void) | undefined;
  clears?: string | undefined;
  children: ReactNode;
}) {
  const failed = told.find(({ error }) => error);
  if (failed?.error) return <Failed problem={failed.error} retry={failed.retry} />;
  if (told.some(({ data }) => data === undefined)) return <Skeleton />;
  const through = (told[0]?.data as { meta?: { data_through?: string | null } } | undefined)?.meta
    ?.data_through;
  if (through === null) return <NoDataYet />;
  const isOld = told.some((one) => one.isOld);
  if (isEmpty && !isOld) return <Nothing onClear={onClear} clears={clears} />;
  return (
    <div aria-busy={isOld} className={isOld ? "opacity-50 transition-opacity delay-150" : undefined}>
      {children}
    </div>
  );
}

/** Whether there is nothing here, or nothing at all yet; only whoever may see the data's state can be told. */
function Nothing(props: { onClear: (() => void) | undefined; clears: string | undefined }) {
  const state = useApi<DataAnswer>(DATA, { enabled: useMay("data") });
  return state.data?.data.data_through === null ? <NoDataYet /> : <NothingMatches {...props} />;
}

function Skeleton() {
  return (
    <div role="status" data-loading className="flex h-60 items-end gap-2 pb-6">
      <span className="sr-only">Loading</span>
      {[40, 65, 50, 80, 60, 75, 45].map((height) => (
        <span
          key={height}
          aria-hidden="true"
          className="flex-1 rounded bg-sunk"
          style={{ height: `${height}%` }}
        />
      ))}
    </div>
  );
}

type OverTimeProps = Omit<ChartProps, "label" | "grain"> & {
  title: string;
  grain?: ChartProps["grain"];
  onSeries?: ((key: string) => void) | undefined;
};

/** A chart with its legend; a click on a bucket narrows the range to it. */
export function OverTime({ title, onSeries, ...props }: OverTimeProps) {
  const { set, range, grain: chosen } = useView();
  const grain = props.grain ?? chosen;
  const narrow = (bucket: string) => {
    const { start, end } = bucketRange(bucket, grain, range);
    if (start !== range.start || end !== range.end)
      set({ range: undefined, from: start, to: end, grain: undefined });
  };
  // Without a legend the drawing takes its place, so that panels side by side end alike.
  const height = (props.height ?? 240) + (props.series.length < 2 && !props.previous ? 28 : 0);
  return (
    <>
      <Legend
        series={props.series}
        kind={props.kind}
        hasPrevious={Boolean(props.previous)}
        onSeries={onSeries}
      />
      <Suspense fallback={<div data-loading style={{ height }} />}>
        <Chart
          {...props}
          height={height}
          grain={grain}
          label={title}
          onPick={props.points.length > 1 ? narrow : undefined}
        />
      </Suspense>
    </>
  );
}

/** The points as rows, the buckets in the first column. */
export function tableOf(
  points: Point[],
  series: Series[],
  unit: ChartProps["unit"] = "count",
  previous?: Point[],
): Table {
  return {
    columns: [
      { label: "From", field: "date" },
      ...series.map(({ label }) => ({ label, unit })),
      ...(previous
        ? [
            { label: "Before, from", field: "previous_date" },
            ...series.map(({ label }) => ({ label: `${label}, before`, unit })),
          ]
        : []),
    ],
    rows: points.map((point, place) => [
      point.at,
      ...series.map(({ key }) => point.values[key] ?? null),
      ...(previous
        ? [previous[place]?.at ?? null, ...series.map(({ key }) => previous[place]?.values[key] ?? null)]
        : []),
    ]),
  };
}
