import { exact, type Unit } from "../numbers/format";

export type Column = {
  label: string;
  unit?: Unit /** For the CSV; the label when left out. */;
  field?: string;
};

/** Rows as shown behind a chart and as exported; text or numbers as they are. */
export type Table = { columns: Column[]; rows: (string | number | null)[][] };

/** A plain table: what a chart shows, for those who read rather than look. */
export function Sheet({ table, caption }: { table: Table; caption: string }) {
  return (
    <section className="max-h-80 overflow-auto" tabIndex={0} aria-label={`${caption}, as a table`}>
      <table className="sheet w-full text-[13px]">
        <caption className="sr-only">{caption}</caption>
        <thead className="sticky top-0 bg-surface">
          <tr>
            {table.columns.map((column) => (
              <th key={column.label} scope="col" className={column.unit ? "is-number" : undefined}>
                <span className="shown-as-text">{column.label}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name and are never moved
            <tr key={place}>
              {row.map((cell, at) => {
                const unit = table.columns[at]?.unit;
                return (
                  <td key={table.columns[at]?.label ?? at} className={unit ? "is-number" : "shown-as-text"}>
                    {unit ? exact(typeof cell === "number" ? cell : null, unit) : (cell ?? "–")}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
