import { Link } from "@tanstack/react-router";
import { Download, Search as SearchIcon } from "lucide-react";
import { useDeferredValue, useMemo, useState } from "react";
import { Input, Label, SearchField } from "react-aria-components";
import { usePeople } from "../api/queries";
import type { Person } from "../api/types";
import { Button } from "../parts/Button";
import { Controls } from "../parts/Controls";
import { downloadCsv } from "../parts/download";
import { CopyCurl } from "../parts/Info";
import { Answered } from "../parts/Panel";
import { PeopleTable } from "../parts/PeopleTable";
import { COLUMNS, nameOf, STAGES } from "../parts/person";
import { Chips, For, ViewHead } from "../parts/ViewHead";
import { useView } from "../state/search";

export function People() {
  return (
    <>
      <ViewHead
        title="People"
        says="Everybody who worked with an agent in these days, by name. A row opens the person's own course."
      >
        <Controls hasGrain={false} hasCompare={false} />
      </ViewHead>
      <For permission="people">
        <Chips of={["lifecycle"]} />
        <Everybody />
      </For>
    </>
  );
}

const NO_ONE: Person[] = [];

function Everybody() {
  const { search, set, range } = useView();
  const people = usePeople(range);
  const [text, setText] = useState(search.q ?? "");
  const asked = useDeferredValue(text.trim().toLowerCase());
  const everybody = people.data?.data ?? NO_ONE;
  const shown = useMemo(
    () =>
      everybody.filter(
        (person) =>
          (!search.lifecycle || person.lifecycle === search.lifecycle) &&
          (!asked ||
            nameOf(person).toLowerCase().includes(asked) ||
            person.user_id.toLowerCase().includes(asked)),
      ),
    [everybody, search.lifecycle, asked],
  );
  const clear = () => {
    setText("");
    set({ q: undefined, lifecycle: undefined });
  };
  const download = () =>
    downloadCsv(`andon-people-${range.start}-${range.end}`, {
      columns: [
        { label: "Id", field: "user_id" },
        ...COLUMNS.map(({ key, label }) => ({ label, field: key })),
      ],
      rows: shown.map((person) => [person.user_id, ...COLUMNS.map(({ key }) => person[key] ?? null)]),
    });

  return (
    <section aria-label="People" className="panel">
      <div className="no-print flex flex-wrap items-center gap-2 border-line border-b p-3">
        <SearchField
          value={text}
          onChange={(value) => {
            setText(value);
            set({ q: value || undefined }, { replace: true });
          }}
          className="relative"
        >
          <Label className="sr-only">Search people</Label>
          <SearchIcon size={14} aria-hidden="true" className="absolute top-2.5 left-2.5 text-soft" />
          <Input
            placeholder="Name or id"
            className="field w-56 py-1 pr-2 pl-8 text-[13px] placeholder:text-soft"
          />
        </SearchField>
        <fieldset className="flex flex-wrap gap-1">
          <legend className="sr-only">Stage</legend>
          {STAGES.map(({ key, label, says }) => (
            <button
              key={key}
              type="button"
              title={says}
              aria-pressed={search.lifecycle === key}
              onClick={() => set({ lifecycle: search.lifecycle === key ? undefined : key })}
              className="min-h-8 cursor-pointer rounded-[7px] px-2.5 text-[13px] text-soft hover:bg-sunk aria-pressed:bg-accent-wash aria-pressed:font-medium aria-pressed:text-accent"
            >
              {label}
            </button>
          ))}
        </fieldset>
        <p role="status" className="numbers ml-auto text-soft text-xs">
          {people.data
            ? `${shown.length.toLocaleString("en-GB")} of ${everybody.length.toLocaleString("en-GB")}`
            : ""}
        </p>
        <Button onPress={download} isDisabled={shown.length === 0}>
          <Download size={14} aria-hidden="true" /> CSV
        </Button>
        <span className="[&>button]:mt-0">
          <CopyCurl path={people.path} />
        </span>
      </div>
      <Answered told={[people]} isEmpty={shown.length === 0} onClear={clear} clears="Show everybody">
        <PeopleTable
          people={shown}
          sort={search.sort}
          onSort={(sort) => set({ sort })}
          link={(person, children) => (
            <Link
              to="/people/$id"
              params={{ id: person.user_id } as never}
              search={
                { range: search.range, from: search.from, to: search.to, compare: search.compare } as never
              }
              className="block truncate hover:underline"
            >
              {children}
            </Link>
          )}
        />
      </Answered>
    </section>
  );
}
