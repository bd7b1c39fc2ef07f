import { useIsFetching } from "@tanstack/react-query";
import { DATA, useApi } from "../api/queries";
import type { DataAnswer } from "../api/types";
import { ago } from "../numbers/format";
import { useLastDay, useMay } from "../state/session";

/** How fresh the numbers are; in words when they are not. */
export function Footer() {
  const may = useMay("data");
  const { data } = useApi<DataAnswer>(DATA, { enabled: may, every_ms: 60_000 });
  const last = useLastDay();
  const asking = useIsFetching();
  const through = data?.data.data_through ?? null;
  const isStale = through !== null && through < last;
  return (
    <footer
      data-asking={asking}
      className="numbers flex flex-wrap gap-x-4 gap-y-1 border-line border-t px-4 py-2.5 text-soft text-xs sm:px-6"
    >
      {data ? (
        <>
          <span className={isStale ? "rounded bg-warn-wash px-1.5 font-medium text-warn" : undefined}>
            {through ? `Data through ${through} UTC` : "No data yet"}
            {isStale ? ", days are missing" : ""}
          </span>
          {data.data.builds[0] ? (
            <span>last build {ago(data.data.builds[0].started_at, Date.now())}</span>
          ) : null}
          <span>next build {data.data.next_build_at.slice(0, 16).replace("T", " ")} UTC</span>
        </>
      ) : (
        <span>Days end at midnight UTC.</span>
      )}
      <a href="/docs" className="ml-auto underline">
        API
      </a>
    </footer>
  );
}
