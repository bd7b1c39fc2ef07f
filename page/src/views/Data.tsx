import { ChevronRight } from "lucide-react";
import { pathOf } from "../api/client";
import { DATA, useApi } from "../api/queries";
import type { ArrivalsAnswer, CoverageAnswer, DataAnswer, RestatementsAnswer } from "../api/types";
import { ago, exact } from "../numbers/format";
import { Arrivals } from "../parts/Arrivals";
import { Failed } from "../parts/Empty";
import { Panel } from "../parts/Panel";
import { For, ViewHead } from "../parts/ViewHead";
import { useView } from "../state/search";

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
  const data = useApi<DataAnswer>(DATA, { every_ms: 15_000 });
  const arrivals = useApi<ArrivalsAnswer>("/api/v1/arrivals", { every_ms: 2_000 });
  const coverage = useApi<CoverageAnswer>("/api/v1/coverage");
  const { range } = useView();
  const restatements = useApi<RestatementsAnswer>(
    pathOf("/api/v1/restatements", { startDate: range.start, endDate: range.end }),
  );
  if (data.error) return <Failed problem={data.error} retry={data.retry} />;
  const now = Date.now();
  const told = data.data?.data;
  const builds = told?.builds ?? [];
  const quarantine = told?.quarantine ?? [];
  const restated = restatements.data?.data ?? [];
  const agents = coverage.data?.data.agents ?? [];

  return (
    <div className="space-y-3">
      <div className="grid grid-cols-2 gap-3 md:grid-cols-4">
        <Fact label="Data through" value={told?.data_through ?? "–"} says="newest complete day, UTC" />
        <Fact
          label="Edition"
          value={told?.edition ? `#${told.edition}` : "–"}
          says={told?.built_at ? `built ${ago(told.built_at, now)}` : "none yet"}
        />
        <Fact
          label="Last build"
          value={builds[0]?.outcome ?? "–"}
          says={builds[0] ? ago(builds[0].started_at, now) : "none yet"}
        />
        <Fact
          label="Next build"
          value={told ? `${told.next_build_at.slice(11, 16)} UTC` : "–"}
          says={told?.next_build_at.slice(0, 10) ?? ""}
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
              { label: "Ended", field: "ended_at" },
              { label: "Edition", field: "edition", unit: "count" },
            ],
            rows: builds.map((one) => [one.started_at, one.outcome, one.ended_at, one.edition]),
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
                <th scope="col" className="is-number">
                  Edition
                </th>
              </tr>
            </thead>
            <tbody>
              {builds.slice(0, 10).map((one) => (
                <tr key={one.started_at}>
                  <td className="numbers">{one.started_at.slice(0, 19).replace("T", " ")}</td>
                  <td
                    className={`shown-as-text ${["published", "running"].includes(one.outcome) ? "" : "font-medium text-warn"}`}
                  >
                    {one.outcome}
                    {one.why ? <span className="block text-soft text-xs">{one.why}</span> : null}
                  </td>
                  <td className="is-number">{took(one)}</td>
                  <td className="is-number">{one.edition ? `#${one.edition}` : "–"}</td>
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
                    <td className="shown-as-text">
                      {one.reason}
                      <span className="block text-soft text-xs">{one.advice}</span>
                    </td>
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
      <Panel
        name="restatements"
        title="Restatements"
        says={`Published days from ${range.start} to ${range.end} whose numbers changed later`}
        told={[restatements]}
        table={{
          columns: [
            { label: "Day", field: "report_date" },
            { label: "Report", field: "report" },
            { label: "Edition", field: "edition", unit: "count" },
            { label: "Changed", field: "restated_at" },
          ],
          rows: restated.map((one) => [one.report_date, one.report, one.edition, one.restated_at]),
        }}
      >
        {restated.length === 0 ? (
          <p className="py-2 text-[13px] text-soft">What was published for these days still holds.</p>
        ) : (
          <ul className="numbers max-h-72 overflow-auto text-[13px]" tabIndex={0} aria-label="Restatements">
            {restated.map((one) => (
              <li
                key={`${one.report_date}${one.report}${one.edition}`}
                className="border-line border-b py-1.5 last:border-0"
              >
                <span className="font-medium">{one.report_date}</span> {one.report}, by edition #{one.edition}
                , <span className="text-soft">{one.restated_at.slice(0, 16).replace("T", " ")} UTC</span>
              </li>
            ))}
          </ul>
        )}
      </Panel>
    </div>
  );
}

function took({ started_at, ended_at }: { started_at: string; ended_at: string | null }): string {
  return ended_at ? `${Math.round((Date.parse(ended_at) - Date.parse(started_at)) / 1000)} s` : "–";
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
            <summary className="flex min-h-7 cursor-pointer flex-wrap items-baseline gap-x-3 gap-y-0.5">
              <ChevronRight
                size={14}
                aria-hidden="true"
                className="self-center text-soft transition-transform group-open:rotate-90"
              />
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
