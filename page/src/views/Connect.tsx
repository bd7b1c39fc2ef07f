import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { call, Problem, pathOf } from "../api/client";
import { KEYS, useApi } from "../api/queries";
import type { AgentsAnswer, ArrivalsAnswer, ConnectionAnswer, NewKey } from "../api/types";
import { ago } from "../numbers/format";
import { Button } from "../parts/Button";
import { Answered } from "../parts/Panel";
import { ViewHead } from "../parts/ViewHead";
import { useView } from "../state/search";
import { useMay } from "../state/session";
import { Copied, Trouble } from "./Keys";

export function Connect() {
  const { search, set } = useView();
  const agents = useApi<AgentsAnswer>("/api/v1/connect");
  const list = agents.data?.data ?? [];
  const chosen = search.agent ?? list[0]?.agent;
  return (
    <>
      <ViewHead
        title="Connect an agent"
        says="Settings by which an agent sends its telemetry here. No prompt, answer, argument or path is kept."
      />
      <section aria-label="Agents" className="panel p-4">
        <Answered told={[agents]}>
          <div className="grid gap-5 md:grid-cols-[13rem_minmax(0,1fr)]">
            <ul className="space-y-px">
              {list.map((one) => (
                <li key={one.agent}>
                  <button
                    type="button"
                    aria-pressed={one.agent === chosen}
                    onClick={() => set({ agent: one.agent })}
                    className="min-h-8 w-full cursor-pointer rounded-md px-2.5 text-left text-[13px] hover:bg-sunk aria-pressed:bg-accent-wash aria-pressed:font-medium aria-pressed:text-accent"
                  >
                    {one.agent}
                  </button>
                </li>
              ))}
            </ul>
            {chosen ? <Snippets key={chosen} agent={chosen} /> : null}
          </div>
        </Answered>
      </section>
      <Heard />
    </>
  );
}

function Snippets({ agent }: { agent: string }) {
  const mayKeys = useMay("keys");
  const client = useQueryClient();
  const [key, setKey] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const connection = useApi<ConnectionAnswer>(
    pathOf(`/api/v1/connect/${encodeURIComponent(agent)}`, { key: key ?? undefined }),
  );
  const told = connection.data?.data;
  const make = async () => {
    setProblem(null);
    try {
      const made = await call<NewKey>(KEYS, {
        method: "POST",
        body: { kind: "ingest", name: `${agent}, from the page` },
      });
      setKey(made.key);
      await client.invalidateQueries({ queryKey: [KEYS] });
    } catch (error) {
      setProblem(error instanceof Problem ? error : null);
    }
  };
  return (
    <div className="min-w-0">
      {mayKeys ? (
        key ? (
          <p role="status" className="text-[13px] text-good">
            A fresh ingest key stands in the settings below. It is shown this once, and it can only send.
          </p>
        ) : (
          <div className="flex flex-wrap items-center gap-3">
            <Button look="main" onPress={() => void make()}>
              Make an ingest key and put it in
            </Button>
            <p className="text-[13px] text-soft">It can only send telemetry.</p>
          </div>
        )
      ) : (
        <p className="text-[13px] text-soft">
          Put an ingest key where it says so; managers and owners make them.
        </p>
      )}
      {problem ? <Trouble problem={problem} /> : null}
      <Answered told={[connection]}>
        {told ? (
          <>
            <Copied label="On the person's machine, where Andon is installed" text={told.command_line} />
            {told.files.map(({ path, text }) => (
              <Copied key={path} label={path} text={text} />
            ))}
            {told.advice ? <p className="mt-3 max-w-prose text-[13px]">{told.advice}</p> : null}
            {told.sends_with_details ? (
              <p className="mt-2 max-w-prose text-[13px] text-soft">
                Left off on purpose, since it would put on the wire: {told.sends_with_details}
              </p>
            ) : null}
          </>
        ) : null}
      </Answered>
    </div>
  );
}

/** Says when the first event after opening the view has come. */
function Heard() {
  const may = useMay("data");
  const arrivals = useApi<ArrivalsAnswer>("/api/v1/arrivals", { every_ms: 2_000, enabled: may });
  const last = arrivals.data?.last_event_at ?? null;
  const [before, setBefore] = useState<string | null | undefined>(undefined);
  useEffect(() => {
    if (before === undefined && arrivals.data) setBefore(last);
  }, [before, last, arrivals.data]);
  if (!may) return null;
  const isNew = before !== undefined && last !== null && last !== before;
  const agents = (arrivals.data?.data ?? []).filter((one) => one.last_minute > 0).map((one) => one.agent);
  return (
    <p
      role="status"
      data-heard={isNew}
      className="panel mt-3 flex items-center gap-2.5 px-4 py-3 text-[13px]"
    >
      <span
        aria-hidden="true"
        className={`size-2.5 rounded-full ${isNew ? "bg-good" : "animate-pulse bg-edge"}`}
      />
      {isNew ? (
        <span>
          <b className="font-semibold">Event received</b>{" "}
          {agents.length ? `from ${[...new Set(agents)].join(", ")}, ` : ""}
          {ago(last, Date.now())}. Reports have it when the day is over.
        </span>
      ) : (
        <span className="text-soft">
          Waiting for an event{last ? `; the last one came ${ago(last, Date.now())}` : ""}. Run one prompt in
          the agent.
        </span>
      )}
    </p>
  );
}
