import type { Told } from "../api/queries";
import { change, exact, short, type Unit } from "../numbers/format";
import { Failed } from "./Empty";
import { Info } from "./Info";

export type CardProps = {
  label: string;
  metric: string;
  value: number | null;
  /** The same number of the period before; left out when it is not compared. */
  before?: number | null | undefined;
  unit?: Unit;
  /** What the number is about: "in 30 days", "on 2026-11-19". */
  says: string;
  told: Told<unknown>;
  /** The days behind it, oldest first. */
  trend?: (number | null)[];
};

/** One number with its change and its course. */
export function Card({ label, metric, value, before, unit = "count", says, told, trend }: CardProps) {
  const isLoading = told.data === undefined && !told.error;
  return (
    <div data-card={metric} className="panel flex min-w-0 flex-col px-4 py-3">
      <p className="flex items-center justify-between gap-1 text-[13px] text-soft">
        <span className="truncate">{label}</span>
        <Info metric={metric} label={label} path={told.path} />
      </p>
      {told.error ? (
        <Failed problem={told.error} retry={told.retry} />
      ) : (
        <>
          <p
            className={`numbers mt-0.5 font-semibold text-2xl tracking-tight ${told.isOld ? "opacity-50" : ""}`}
          >
            {isLoading ? (
              <span className="inline-block h-6 w-24 rounded bg-sunk align-middle" />
            ) : (
              <data value={value ?? ""} title={exact(value, unit)}>
                {short(value, unit)}
              </data>
            )}
          </p>
          <div className="mt-1 flex min-h-8 items-end justify-between gap-3">
            <p className="numbers min-w-0 text-soft text-xs">
              {before === undefined ? says : <Before now={value} then={before} unit={unit} says={says} />}
            </p>
            {trend && trend.length > 1 ? <Spark values={trend} /> : null}
          </div>
        </>
      )}
    </div>
  );
}

function Before({
  now,
  then,
  unit,
  says,
}: {
  now: number | null;
  then: number | null;
  unit: Unit;
  says: string;
}) {
  const told = change(now, then);
  if (then === null) return <>{says} · nothing to compare with</>;
  return (
    <>
      {told ? <span className="font-medium text-ink">{told}</span> : null} from{" "}
      <data value={then} title={exact(then, unit)}>
        {short(then, unit)}
      </data>
    </>
  );
}

/** The course of the days, without axes; the panels below have them. */
function Spark({ values }: { values: (number | null)[] }) {
  const known = values
    .map((value, at) => ({ value, at }))
    .filter((one): one is { value: number; at: number } => one.value !== null);
  const most = Math.max(...known.map(({ value }) => value), 0);
  if (known.length < 2 || most === 0) return null;
  const line = known
    .map(
      ({ value, at }) =>
        `${((at / (values.length - 1)) * 84).toFixed(1)},${(22 - (value / most) * 20).toFixed(1)}`,
    )
    .join(" ");
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 84 24"
      className="hidden h-6 w-[84px] shrink-0 overflow-visible sm:block"
    >
      <polyline points={line} fill="none" stroke="var(--s0)" strokeWidth="1.5" strokeLinejoin="round" />
    </svg>
  );
}

/** Cards side by side, in rows that come out even. */
export function Cards({ children, inRow = 3 }: { children: React.ReactNode; inRow?: 3 | 4 }) {
  const columns = inRow === 3 ? "md:grid-cols-3 2xl:grid-cols-6" : "md:grid-cols-4";
  return <div className={`grid grid-cols-2 gap-3 ${columns}`}>{children}</div>;
}
