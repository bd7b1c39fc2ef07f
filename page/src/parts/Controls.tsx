import { parseDate } from "@internationalized/date";
import { CalendarDays, ChevronLeft, ChevronRight } from "lucide-react";
import { useState } from "react";
import {
  Button as AriaButton,
  CalendarCell,
  CalendarGrid,
  DateInput,
  DateRangePicker,
  DateSegment,
  Dialog,
  DialogTrigger,
  Group,
  Heading,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  RangeCalendar,
  Select,
  SelectValue,
  ToggleButton,
} from "react-aria-components";
import { addDays, lengthOf, PRESETS, type Preset, presetRange } from "../state/days";
import { MOST_DAYS, useView } from "../state/search";
import { useSession } from "../state/session";
import { Button, IconButton } from "./Button";

/** Which days, compared with what, in which grain. */
export function Controls({
  hasGrain = true,
  hasCompare = true,
}: {
  hasGrain?: boolean;
  hasCompare?: boolean;
}) {
  const { search, set } = useView();
  return (
    <div className="no-print flex flex-wrap items-center gap-2">
      <RangeControl />
      {hasCompare ? (
        <ToggleButton
          isSelected={search.compare === "previous"}
          onChange={(on) => set({ compare: on ? "previous" : undefined })}
          className="inline-flex min-h-8 cursor-pointer items-center rounded-[7px] border border-edge bg-surface px-2.5 font-medium text-[13px] hover:bg-sunk data-[selected]:border-accent data-[selected]:bg-accent-wash data-[selected]:text-accent"
        >
          Compare
        </ToggleButton>
      ) : null}
      {hasGrain ? <GrainControl /> : null}
    </div>
  );
}

/** Step the range by its own length. */
export function useStep(): { back: (() => void) | null; forward: (() => void) | null } {
  const { range, set, last } = useView();
  const first = useSession().history_start ?? null;
  const days = lengthOf(range);
  const to = (start: string, end: string) => () =>
    set({ range: undefined, from: start, to: end, grain: undefined });
  // The newest and the oldest days are reached even where a whole step does not fit.
  const end = addDays(range.end, days) > last ? last : addDays(range.end, days);
  const start = first !== null && addDays(range.start, -days) < first ? first : addDays(range.start, -days);
  return {
    back: first !== null && range.start <= first ? null : to(start, addDays(start, days - 1)),
    forward: range.end >= last ? null : to(addDays(end, 1 - days), end),
  };
}

function RangeControl() {
  const { preset, range, set, last } = useView();
  const [isOpen, setOpen] = useState(false);
  const step = useStep();
  const label = preset
    ? PRESETS[preset]
    : range.start === range.end
      ? range.start
      : `${range.start} – ${range.end}`;
  return (
    <div className="flex items-center">
      <IconButton label="Earlier" isDisabled={!step.back} onPress={() => step.back?.()}>
        <ChevronLeft size={16} aria-hidden="true" />
      </IconButton>
      <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
        <Button aria-label={`Range: ${label}, ${range.start} to ${range.end} UTC`} className="numbers">
          <CalendarDays size={14} aria-hidden="true" className="text-soft" />
          {label}
        </Button>
        <Popover
          placement="bottom start"
          className="max-w-[94vw] overflow-auto rounded-xl border border-line bg-surface p-3 shadow-xl"
        >
          <Dialog aria-label="Range" className="flex flex-col gap-3 outline-none sm:flex-row">
            <ListBox
              aria-label="Presets"
              selectionMode="single"
              selectedKeys={preset ? [preset] : []}
              onSelectionChange={(keys) => {
                const [key] = keys;
                if (key) set({ range: key as Preset, from: undefined, to: undefined, grain: undefined });
                setOpen(false);
              }}
              className="grid grid-cols-2 gap-0.5 text-[13px] outline-none sm:w-40 sm:grid-cols-1 sm:content-start"
            >
              {Object.entries(PRESETS).map(([key, text]) => (
                <ListBoxItem
                  key={key}
                  id={key}
                  textValue={text}
                  className="cursor-pointer rounded-md px-2.5 py-1.5 outline-none data-[focused]:bg-sunk data-[selected]:bg-accent-wash data-[selected]:font-medium data-[selected]:text-accent"
                >
                  {text}
                  <span className="numbers block text-[11px] text-soft">
                    {presetRange(key as Preset, last).start.slice(5)} –{" "}
                    {presetRange(key as Preset, last).end.slice(5)}
                  </span>
                </ListBoxItem>
              ))}
            </ListBox>
            <Custom onDone={() => setOpen(false)} />
          </Dialog>
        </Popover>
      </DialogTrigger>
      <IconButton label="Later" isDisabled={!step.forward} onPress={() => step.forward?.()}>
        <ChevronRight size={16} aria-hidden="true" />
      </IconButton>
    </div>
  );
}

function Custom({ onDone }: { onDone: () => void }) {
  const { range, set, last } = useView();
  const first = useSession().history_start;
  const [chosen, choose] = useState({ start: parseDate(range.start), end: parseDate(range.end) });
  const days = lengthOf({ start: chosen.start.toString(), end: chosen.end.toString() });
  const isTooLong = days > MOST_DAYS;
  const apply = () => {
    set({ range: undefined, from: chosen.start.toString(), to: chosen.end.toString(), grain: undefined });
    onDone();
  };
  const bounds = { maxValue: parseDate(last), ...(first ? { minValue: parseDate(first) } : {}) };
  return (
    <div className="flex flex-col gap-2">
      <DateRangePicker
        value={chosen}
        onChange={(value) => value && choose(value)}
        shouldForceLeadingZeros
        {...bounds}
        className="flex flex-col gap-1"
      >
        <Label className="font-medium text-[13px]">From and to, UTC</Label>
        <Group className="numbers field flex items-center px-2 text-[13px]">
          {(["start", "end"] as const).map((slot) => (
            <DateInput
              key={slot}
              slot={slot}
              className="flex py-1 not-last:after:mx-1.5 not-last:after:text-soft not-last:after:content-['–']"
            >
              {(segment) => (
                <DateSegment
                  segment={segment}
                  className="rounded-xs px-px outline-none data-[focused]:bg-accent data-[focused]:text-accent-ink data-[type=literal]:text-soft"
                />
              )}
            </DateInput>
          ))}
        </Group>
      </DateRangePicker>
      <RangeCalendar
        defaultFocusedValue={chosen.end}
        aria-label="Days"
        value={chosen}
        onChange={choose}
        {...bounds}
        className="w-fit"
      >
        <header className="mb-1 flex items-center justify-between">
          <CalendarStep slot="previous" />
          <Heading className="font-medium text-[13px]" />
          <CalendarStep slot="next" />
        </header>
        <CalendarGrid className="numbers text-[13px] [&_th]:h-7 [&_th]:font-normal [&_th]:text-soft [&_th]:text-xs">
          {(date) => (
            <CalendarCell
              date={date}
              className="flex size-8 cursor-pointer items-center justify-center rounded-md outline-none data-[disabled]:cursor-default data-[outside-month]:hidden data-[hovered]:bg-sunk data-[selected]:bg-accent-wash data-[selection-end]:bg-accent data-[selection-start]:bg-accent data-[disabled]:text-soft data-[selection-end]:text-accent-ink data-[selection-start]:text-accent-ink data-[disabled]:line-through data-[focus-visible]:outline-2 data-[focus-visible]:outline-accent"
            />
          )}
        </CalendarGrid>
      </RangeCalendar>
      <div className="flex items-center justify-between gap-2">
        <p className={`text-xs ${isTooLong ? "text-bad" : "text-soft"}`}>
          {isTooLong ? `${days} days; ${MOST_DAYS} at most` : `${days} ${days === 1 ? "day" : "days"}`}
        </p>
        <Button look="main" isDisabled={isTooLong} onPress={apply}>
          Show
        </Button>
      </div>
    </div>
  );
}

function CalendarStep({ slot }: { slot: "previous" | "next" }) {
  return (
    <AriaButton
      slot={slot}
      className="inline-flex size-7 items-center justify-center rounded-md text-soft hover:bg-sunk disabled:opacity-40"
    >
      {slot === "previous" ? (
        <ChevronLeft size={16} aria-hidden="true" />
      ) : (
        <ChevronRight size={16} aria-hidden="true" />
      )}
    </AriaButton>
  );
}

const GRAINS = { auto: "Automatic", day: "By day", week: "By week", month: "By month" } as const;

function GrainControl() {
  const { search, grain, set } = useView();
  return (
    <Select
      aria-label="Grain"
      selectedKey={search.grain ?? "auto"}
      onSelectionChange={(key) =>
        set({ grain: key === "auto" ? undefined : (key as "day" | "week" | "month") })
      }
    >
      <AriaButton className="inline-flex min-h-8 cursor-pointer items-center gap-1.5 rounded-[7px] border border-edge bg-surface px-2.5 font-medium text-[13px] hover:bg-sunk">
        <SelectValue>{() => GRAINS[grain]}</SelectValue>
        <ChevronRight size={13} aria-hidden="true" className="rotate-90 text-soft" />
      </AriaButton>
      <Popover className="rounded-lg border border-line bg-surface p-1 text-[13px] shadow-xl">
        <ListBox className="outline-none">
          {Object.entries(GRAINS).map(([key, label]) => (
            <ListBoxItem
              key={key}
              id={key}
              className="cursor-pointer rounded-md px-3 py-1.5 outline-none data-[focused]:bg-accent-wash data-[selected]:font-semibold"
            >
              {label}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}
