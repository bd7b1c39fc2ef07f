import type { Series } from "../numbers/sums";
import { OTHER } from "../numbers/sums";
import { colourOf } from "./colours";
import { Marker } from "./Marker";

/** Which colour and dash is what; where it can filter, its words are buttons. */
export function Legend({
  series,
  kind,
  hasPrevious,
  onSeries,
}: {
  series: Series[];
  kind: "bars" | "lines" | "shares";
  hasPrevious: boolean;
  onSeries?: ((key: string) => void) | undefined;
}) {
  if (series.length < 2 && !hasPrevious) return null;
  return (
    <ul className="mb-1 flex flex-wrap gap-x-3 gap-y-0.5 text-xs">
      {series.map((one, place) => (
        <li key={one.key} className="flex min-h-6 max-w-60 items-center gap-1.5">
          <svg aria-hidden="true" width={kind === "lines" ? 16 : 10} height="8" className="shrink-0">
            {kind === "lines" ? (
              <>
                <line x1="0" x2="16" y1="4" y2="4" stroke={colourOf(one, place)} strokeWidth="2" />
                <Marker x={8} y={4} place={place} colour={colourOf(one, place)} />
              </>
            ) : (
              <rect width="10" height="8" rx="1.5" fill={colourOf(one, place)} />
            )}
          </svg>
          {onSeries && one.key !== OTHER ? (
            <button
              type="button"
              className="min-h-6 cursor-pointer truncate hover:underline"
              title={`Only ${one.label}`}
              onClick={() => onSeries(one.key)}
            >
              {one.label}
            </button>
          ) : (
            <span className="truncate" title={one.label}>
              {one.label}
            </span>
          )}
        </li>
      ))}
      {hasPrevious ? (
        <li className="flex min-h-6 items-center gap-1.5 text-soft">
          <svg aria-hidden="true" width="16" height="8">
            <line
              x1="0"
              x2="16"
              y1="4"
              y2="4"
              stroke="currentColor"
              strokeWidth="1.5"
              strokeDasharray="4 3"
            />
          </svg>
          period before
        </li>
      ) : null}
    </ul>
  );
}
