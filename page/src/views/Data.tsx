import { useApi } from "../api/queries";
import type { ArrivalsAnswer, CoverageAnswer, DataAnswer, RestatementsAnswer } from "../api/types";
import { ago, exact } from "../numbers/format";
import { Arrivals } from "../parts/Arrivals";
import { Failed } from "../parts/Empty";
import { Panel } from "../parts/Panel";
import { For, ViewHead } from "../parts/ViewHead";

export function Data() {
  return (
    <>
      <ViewHead
        title="Data"
        says="How far the numbers reach, what arrives, and what could not be understood."
      />
      <For permission="data">
        <State />
      </For>
    </>
  );
}

function State() {
  const data = useApi<DataAnswer>("/api/v1/data", { every_ms: 15_000 });
  const arrivals = useApi<ArrivalsAnswer>("/api/v1/arrivals", { every_ms: 2_000 });
  const coverage = useApi<CoverageAnswer>("/api/v1/coverage");
  const restatements = useApi<RestatementsAnswer>("/api/v1/restatements");
  if (data.error) return <Failed problem={data.error} retry={data.retry} />;
  const now = Date.now();
  const told = data.data;
  const builds = told?.builds ?? [];
  const quarantine = told?.quarantine ?? [];
  const agents = coverage.data?.data.agents ?? [];

  return (
    <div className="space-y-3">
      <div className="grid grid-cols-2 gap-3 md:grid-cols-4">
        <Fact label="Data through" value={told?.data_through ?? "–"} says="newest complete day, UTC" />
        <Fact
          label="Edition"
          value={told?.edition === null || !told ? "–" : `#${told.edition.number}`}
          says={told?.edition ? `published ${ago(told.edition.published_at, now)}` : "none yet"}
        />
        <Fact
          label="Last build"
          value={builds[0] ? builds[0].outcome : "–"}
          says={builds[0] ? ago(builds[0].started_at, now) : "none yet"}
        />
        <Fact
          label="Next build"
          value={told?.next_build_at ? `${told.next_build_at.slice(11, 16)} UTC` : "–"}
          says={told?.next_build_at?.slice(0, 10) ?? "not scheduled"}
        />
      </div>
      <Arrivals told={arrivals} />
      <div className="grid gap-3 xl:grid-cols-2">
        <Panel
          name="builds"
          title="Builds"
          says="Newest first"
          told={[data]}
          isEmpty={builds.length === 0}
          table={{
            columns: [
              { label: "Started", field: "started_at" },
              { label: "Outcome", field: "outcome" },
              { label: "Seconds", field: "duration_s", unit: "count" },
            ],
            rows: builds.map((one) => [one.started_at, one.outcome, one.duration_s]),
          }}
        >
          <table className="sheet w-full text-[13px]">
            <thead>
              <tr>
                <th scope="col">Started, UTC</th>
                <th scope="col">Outcome</th>
                <th scope="col" className="is-number">
                  Took
                </th>
              </tr>
            </thead>
            <tbody>
              {builds.slice(0, 10).map((one) => (
                <tr key={one.started_at}>
                  <td className="numbers">{one.started_at.slice(0, 19).replace("T", " ")}</td>
                  <td
                    className={`shown-as-text ${one.outcome === "published" ? "" : "font-medium text-warn"}`}
                  >
                    {one.outcome}
                    {one.reason ? <span className="block text-soft text-xs">{one.reason}</span> : null}
                  </td>
                  <td className="is-number">
                    {one.duration_s === null ? "–" : `${exact(one.duration_s, "ratio")} s`}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Panel>
        <Panel
          name="quarantine"
          title="Quarantine"
          says="Received and kept apart, since it could not be understood or believed"
          told={[data]}
          table={{
            columns: [
              { label: "Reason", field: "reason" },
              { label: "Records", field: "records", unit: "count" },
            ],
            rows: quarantine.map((one) => [one.reason, one.records]),
          }}
        >
          {quarantine.length === 0 ? (
            <p className="py-4 text-[13px] text-soft">Nothing is kept apart.</p>
          ) : (
            <table className="sheet w-full text-[13px]">
              <thead>
                <tr>
                  <th scope="col">Reason</th>
                  <th scope="col" className="is-number">
                    Records
                  </th>
                </tr>
              </thead>
              <tbody>
                {quarantine.map((one) => (
                  <tr key={one.reason}>
                    <td className="shown-as-text">{one.reason}</td>
                    <td className="is-number">{exact(one.records)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
          <p className="mt-2 text-soft text-xs">
            <code className="font-mono">andon quarantine list</code> shows each,{" "}
            <code className="font-mono">replay</code> takes it back in.
          </p>
        </Panel>
      </div>
      <Panel
        name="coverage"
        title="Agents and what they tell"
        says="Every field beside what the agent promises"
        told={[coverage]}
        isEmpty={agents.length === 0}
        table={{
          columns: [
            { label: "Agent", field: "agent" },
            { label: "Field", field: "field" },
            { label: "Promised", field: "quality" },
            { label: "Status", field: "status" },
            { label: "Known", field: "known_ratio", unit: "share" },
            { label: "Improved by", field: "improved_by" },
          ],
          rows: agents.flatMap((agent) =>
            agent.fields.map((one) => [
              agent.agent,
              one.field,
              one.quality,
              one.status,
              one.known_ratio,
              one.improved_by,
            ]),
          ),
        }}
      >
        <Agents agents={agents} now={now} />
      </Panel>
      {restatements.data?.data.length ? (
        <Panel
          name="restatements"
          title="Restatements"
          says="Days whose numbers changed after they were published"
          told={[restatements]}
          table={{
            columns: [
              { label: "Day", field: "date" },
              { label: "Edition", field: "edition" },
              { label: "What", field: "what" },
            ],
            rows: restatements.data.data.map((one) => [one.date, String(one.edition), one.what]),
          }}
        >
          <ul className="text-[13px]">
            {restatements.data.data.slice(0, 20).map((one) => (
              <li
                key={`${one.date}${one.edition}${one.what}`}
                className="shown-as-text border-line border-b py-1.5"
              >
                <span className="numbers font-medium">{one.date}</span> in edition #{one.edition}: {one.what}
              </li>
            ))}
          </ul>
        </Panel>
      ) : null}
    </div>
  );
}

function Fact({ label, value, says }: { label: string; value: string; says: string }) {
  return (
    <div className="panel px-4 py-3">
      <p className="text-[13px] text-soft">{label}</p>
      <p className="numbers mt-0.5 font-semibold text-xl tracking-tight">{value}</p>
      <p className="numbers mt-1 text-soft text-xs">{says}</p>
    </div>
  );
}

const TROUBLED = ["lost", "missing", "redacted", "switch"];

function Agents({ agents, now }: { agents: CoverageAnswer["data"]["agents"]; now: number }) {
  return (
    <div className="divide-y divide-line">
      {agents.map((agent) => {
        const wanting = agent.fields.filter(({ status }) => TROUBLED.includes(status));
        const known = agent.fields.filter(({ status }) => status === "ok").length;
        return (
          <details key={agent.agent} className="group py-2">
            <summary className="flex min-h-7 cursor-pointer flex-wrap items-baseline gap-x-4 gap-y-0.5">
              <span className="shown-as-text font-medium">{agent.agent}</span>
              <span className="text-soft text-xs">
                {agent.status}, last heard {ago(agent.last_seen_at, now)}
              </span>
              <span className="numbers text-soft text-xs">{known} fields arrive</span>
              {wanting.length ? (
                <span className="numbers rounded bg-warn-wash px-1.5 font-medium text-warn text-xs">
                  {wanting.length} could be better
                </span>
              ) : null}
            </summary>
            <div className="mt-2 overflow-x-auto">
              <table className="sheet w-full text-[13px]">
                <thead>
                  <tr>
                    <th scope="col">Field</th>
                    <th scope="col">Promised</th>
                    <th scope="col">Status</th>
                    <th scope="col" className="is-number">
                      Known
                    </th>
                    <th scope="col">Why, and what improves it</th>
                  </tr>
                </thead>
                <tbody>
                  {agent.fields.map((one) => (
                    <tr key={one.field}>
                      <th scope="row" className="text-ink!">
                        {one.field}
                      </th>
                      <td>{one.quality.replace("_", " ")}</td>
                      <td className={TROUBLED.includes(one.status) ? "font-medium text-warn" : undefined}>
                        {one.status.replace("_", " ")}
                      </td>
                      <td className="is-number">{exact(one.known_ratio, "share")}</td>
                      <td className="shown-as-text text-soft">
                        {[one.reason, one.improved_by].filter(Boolean).join(". ")}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
              <p className="numbers mt-2 text-soft text-xs">
                Versions:{" "}
                {agent.versions.map(({ version, facts }) => `${version} (${exact(facts)} facts)`).join(", ")}
              </p>
            </div>
          </details>
        );
      })}
    </div>
  );
}
