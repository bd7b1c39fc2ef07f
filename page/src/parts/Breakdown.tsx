import { useState } from "react";
import { exact } from "../numbers/format";
import { Button } from "./Button";

export type Part = {
  name: string;
  value: number;
  before?: number | null | undefined;
  /** Shown beside the name. */
  note?: string | undefined;
  /** Shown instead of the name, when the name is only an id. */
  label?: string | undefined;
};

const FIRST = 8;
const MOST = 500;

/** Names by size, with a bar for the eye and the number for the mind; a click narrows to the name. */
export function Breakdown({
  label,
  parts,
  onPick,
  picks = "Only",
  isOfPeople = false,
}: {
  label: string;
  parts: Part[];
  onPick?: ((name: string) => void) | undefined;
  /** What a click does, as the beginning of a sentence. */
  picks?: string;
  /** People are listed by name, for a list by size ranks them; whoever wants that asks for it. */
  isOfPeople?: boolean;
}) {
  const [isLong, setLong] = useState(false);
  const [bySize, setBySize] = useState(!isOfPeople);
  const ordered = bySize
    ? parts
    : [...parts].sort((a, b) => ((a.label ?? a.name) < (b.label ?? b.name) ? -1 : 1));
  const shown = isLong ? ordered.slice(0, MOST) : ordered.slice(0, FIRST);
  const most = Math.max(...parts.map(({ value }) => value), 1);
  const all = parts.reduce((sum, { value }) => sum + value, 0);
  return (
    <>
      <ul aria-label={label} className="numbers space-y-0.5 text-[13px]">
        {shown.map((part) => (
          <li
            key={part.name}
            className="relative grid min-h-7 grid-cols-[minmax(0,1fr)_auto_3.5rem] items-center gap-3 px-2"
          >
            <span
              aria-hidden="true"
              className="absolute inset-y-0.5 left-0 rounded bg-accent-wash"
              style={{ width: `${(part.value / most) * 100}%` }}
            />
            <span className="relative min-w-0 truncate" title={part.label ?? part.name}>
              {onPick ? (
                <button
                  type="button"
                  className="min-h-6 max-w-full cursor-pointer truncate align-middle hover:underline"
                  title={`${picks} ${part.label ?? part.name}`}
                  onClick={() => onPick(part.name)}
                >
                  <bdi>{part.label ?? part.name}</bdi>
                </button>
              ) : (
                <bdi>{part.label ?? part.name}</bdi>
              )}
              {part.note ? <span className="text-soft"> · {part.note}</span> : null}
            </span>
            <span className="relative text-right">
              <data value={part.value}>{exact(part.value)}</data>
              {part.before !== undefined ? (
                <span className="block text-[11px] text-soft leading-3">{exact(part.before)} before</span>
              ) : null}
            </span>
            <span className="relative text-right text-soft">
              {all ? exact(part.value / all, "share") : ""}
            </span>
          </li>
        ))}
      </ul>
      <div className="mt-1 flex gap-1">
        {parts.length > FIRST ? (
          <Button look="quiet" onPress={() => setLong(!isLong)}>
            {isLong
              ? "Fewer"
              : parts.length > MOST
                ? `First ${MOST} of ${parts.length}`
                : `All ${parts.length}`}
          </Button>
        ) : null}
        {isOfPeople ? (
          <Button look="quiet" onPress={() => setBySize(!bySize)}>
            {bySize ? "By name" : "Largest first"}
          </Button>
        ) : null}
      </div>
    </>
  );
}
