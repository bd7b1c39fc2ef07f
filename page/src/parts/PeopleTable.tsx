import {
  createColumnHelper,
  createSortedRowModel,
  rowSortingFeature,
  type SortingState,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type ReactNode, useMemo, useRef } from "react";
import type { Person } from "../api/types";
import { exact } from "../numbers/format";
import { COLUMNS, nameOf, type PersonKey } from "./person";

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });
const helper = createColumnHelper<typeof features, Person>();

const columns = helper.columns(
  COLUMNS.map(({ key, label, unit }) =>
    helper.accessor((person) => (key === "user_email" ? nameOf(person) : person[key]), {
      id: key,
      header: label,
      sortDescFirst: Boolean(unit),
      sortFn: (a, b, id) => compare(a.getValue(id), b.getValue(id)),
    }),
  ),
);

const ROW_PX = 36;
/** The name stays in sight when the numbers are scrolled. */
const FIRST = "sticky left-0 z-[1] bg-surface";
const WIDTH_PX = COLUMNS.reduce((sum, { width }) => sum + width, 0);

/** `sessions` sorts up, `-sessions` down; by name when nothing is said, for anything else ranks people. */
function sortingOf(sort: string | undefined): SortingState {
  const id = sort?.replace(/^-/, "") ?? "user_email";
  if (!COLUMNS.some(({ key }) => key === id)) return [{ id: "user_email", desc: false }];
  return [{ id, desc: sort?.startsWith("-") ?? false }];
}

/** Rows of people: sorted in place, and only those in sight are drawn. */
export function PeopleTable({
  people,
  sort,
  onSort,
  link,
}: {
  people: Person[];
  sort: string | undefined;
  onSort: (sort: string | undefined) => void;
  link: (person: Person, children: ReactNode) => ReactNode;
}) {
  const scroller = useRef<HTMLElement>(null);
  const sorting = useMemo(() => sortingOf(sort), [sort]);
  const table = useTable({
    features,
    columns,
    data: people,
    state: { sorting },
    enableSortingRemoval: false,
    onSortingChange: (update) => {
      const [first] = typeof update === "function" ? update(sorting) : update;
      onSort(
        first && !(first.id === "user_email" && !first.desc)
          ? `${first.desc ? "-" : ""}${first.id}`
          : undefined,
      );
    },
  });
  const { rows } = table.getRowModel();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const inSight = virtual.getVirtualItems();
  const above = inSight[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (inSight.at(-1)?.end ?? 0);

  return (
    <section
      ref={scroller}
      aria-label="Table of people"
      tabIndex={0}
      className="max-h-[calc(100dvh-15rem)] min-h-72 overflow-auto"
    >
      <table
        aria-rowcount={rows.length + 1}
        className="sheet table-fixed text-[13px]"
        style={{ width: "100%", minWidth: WIDTH_PX }}
      >
        <caption className="sr-only">People, one row each</caption>
        <colgroup>
          {COLUMNS.map(({ key, width }) => (
            <col key={key} style={{ width }} />
          ))}
        </colgroup>
        <thead className="sticky top-0 z-10 bg-surface">
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id} aria-rowindex={1}>
              {group.headers.map((header) => {
                const column = COLUMNS.find(({ key }) => key === header.column.id);
                const way = header.column.getIsSorted();
                return (
                  <th
                    key={header.id}
                    scope="col"
                    aria-sort={way === "asc" ? "ascending" : way === "desc" ? "descending" : "none"}
                    className={column?.unit ? "is-number" : column?.key === "user_email" ? FIRST : undefined}
                  >
                    <button
                      type="button"
                      onClick={header.column.getToggleSortingHandler()}
                      className={`inline-flex min-h-6 cursor-pointer items-center gap-1 hover:text-ink ${way ? "font-semibold text-ink" : ""}`}
                    >
                      {column?.label}
                      {way === "asc" ? <ArrowUp size={12} aria-hidden="true" /> : null}
                      {way === "desc" ? <ArrowDown size={12} aria-hidden="true" /> : null}
                    </button>
                  </th>
                );
              })}
            </tr>
          ))}
        </thead>
        <tbody>
          {above > 0 ? <Gap height={above} /> : null}
          {inSight.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <tr
                key={row.id}
                aria-rowindex={item.index + 2}
                className="hover:bg-sunk hover:[&>td]:bg-sunk"
                style={{ height: ROW_PX }}
              >
                {COLUMNS.map(({ key, unit }) => (
                  <td
                    key={key}
                    className={unit ? "is-number" : `truncate ${key === "user_email" ? FIRST : ""}`}
                  >
                    {key === "user_email" ? (
                      link(row.original, <bdi title={nameOf(row.original)}>{nameOf(row.original)}</bdi>)
                    ) : (
                      <Value person={row.original} of={key} />
                    )}
                  </td>
                ))}
              </tr>
            );
          })}
          {below > 0 ? <Gap height={below} /> : null}
        </tbody>
      </table>
    </section>
  );
}

function Value({ person, of }: { person: Person; of: PersonKey }) {
  const value = person[of];
  return <>{typeof value === "number" ? exact(value) : (value ?? "–")}</>;
}

function Gap({ height }: { height: number }) {
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: an empty row that holds the place of those out of sight
    <tr aria-hidden="true">
      <td colSpan={COLUMNS.length} style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}

const inWords = new Intl.Collator("en", { sensitivity: "base", numeric: true });

function compare(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return inWords.compare(String(a ?? ""), String(b ?? ""));
}
