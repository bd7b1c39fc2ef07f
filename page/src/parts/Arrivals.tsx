import type { Told } from "../api/queries";
import type { ArrivalsAnswer } from "../api/types";
import { ago, exact } from "../numbers/format";
import { Panel } from "./Panel";

/** What arrives now; the reports have it when the day is over. */
export function Arrivals({ told }: { told: Told<ArrivalsAnswer> }) {
  const rows = told.data?.data ?? [];
  return (
    <Panel
      name="arrivals"
      title="Arriving now"
      says={
        told.data?.last_event_at
          ? `Last event ${ago(told.data.last_event_at, Date.now())}`
          : "No event since the server was started"
      }
      told={[told]}
      table={{
        columns: [
          { label: "Agent", field: "agent" },
          { label: "Signal", field: "signal" },
          { label: "Last minute", field: "last_minute", unit: "count" },
          { label: "Last hour", field: "last_hour", unit: "count" },
        ],
        rows: rows.map((one) => [one.agent, one.signal, one.last_minute, one.last_hour]),
      }}
    >
      {rows.length === 0 ? (
        <p className="flex items-center gap-2 py-4 text-[13px] text-soft">
          <span aria-hidden="true" className="size-2 animate-pulse rounded-full bg-edge" />
          Nothing in the last hour. Waiting for the next event.
        </p>
      ) : (
        <div className="overflow-x-auto">
          <table className="sheet w-full text-[13px]">
            <thead>
              <tr>
                <th scope="col">Agent</th>
                <th scope="col">Signal</th>
                <th scope="col" className="is-number">
                  Last minute
                </th>
                <th scope="col" className="is-number">
                  Last hour
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((one) => (
                <tr key={one.agent + one.signal}>
                  <td className="shown-as-text">{one.agent}</td>
                  <td>{one.signal}</td>
                  <td className="is-number">{exact(one.last_minute)}</td>
                  <td className="is-number">{exact(one.last_hour)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
