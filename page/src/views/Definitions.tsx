import { useState } from "react";
import { Input, Label, SearchField } from "react-aria-components";
import { useApi } from "../api/queries";
import type { Definition } from "../api/types";
import { Answered } from "../parts/Panel";
import { ViewHead } from "../parts/ViewHead";
import { DefinitionText } from "../parts/Words";

/** Every number in words: the same as docs/metrics.md. */
export function Definitions() {
  const told = useApi<{ data: Definition[] }>("/api/v1/definitions");
  const [text, setText] = useState("");
  const asked = text.trim().toLowerCase();
  const all = told.data?.data ?? [];
  const shown = all.filter((one) => `${one.metric} ${one.name} ${one.words}`.toLowerCase().includes(asked));
  const reports = [...new Set(shown.map(({ report }) => report))];
  return (
    <>
      <ViewHead
        title="Definitions"
        says="What every number means. The API, the command and the SQL use the same words."
      >
        <SearchField value={text} onChange={setText}>
          <Label className="sr-only">Search definitions</Label>
          <Input placeholder="Search" className="field w-56 px-2.5 py-1 text-[13px] placeholder:text-soft" />
        </SearchField>
      </ViewHead>
      <Answered
        told={[told]}
        isEmpty={shown.length === 0}
        onClear={() => setText("")}
        clears="Clear the search"
      >
        <div className="space-y-3">
          {reports.map((report) => (
            <section key={report} aria-label={report} className="panel px-4 py-3">
              <h2 className="font-semibold">{report}</h2>
              <dl className="mt-1 divide-y divide-line">
                {shown
                  .filter((one) => one.report === report)
                  .map((one) => (
                    <div
                      key={one.metric}
                      className="grid gap-x-6 gap-y-1 py-2.5 md:grid-cols-[14rem_minmax(0,1fr)]"
                    >
                      <dt>
                        <code className="break-all font-mono text-[13px]">{one.metric}</code>
                        <span className="block text-soft text-xs">{one.unit}</span>
                      </dt>
                      <dd className="max-w-prose text-[13px]">
                        <DefinitionText of={one} />
                      </dd>
                    </div>
                  ))}
              </dl>
            </section>
          ))}
        </div>
      </Answered>
    </>
  );
}
