import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import {
  Dialog,
  DialogTrigger,
  Heading,
  Input,
  Label,
  Modal,
  ModalOverlay,
  TextField,
} from "react-aria-components";
import { call, Problem } from "../api/client";
import { KEYS, useKeys } from "../api/queries";
import type { Key, NewKey } from "../api/types";
import { ago } from "../numbers/format";
import { Button } from "../parts/Button";
import { copyText } from "../parts/copy";
import { Answered } from "../parts/Panel";
import { For, ViewHead } from "../parts/ViewHead";
import { addDays } from "../state/days";
import { useLastDay } from "../state/session";

export function Keys() {
  return (
    <>
      <ViewHead
        title="Keys"
        says="Analytics keys (fk-…) read reports, ingest keys (ik-…) send telemetry. Neither does the other."
      />
      <For permission="keys">
        <All />
      </For>
    </>
  );
}

function All() {
  const keys = useKeys();
  const rows = keys.data?.data.toReversed() ?? [];
  return (
    <div className="space-y-3">
      <Create />
      <section aria-label="Keys" className="panel relative overflow-x-auto">
        <Answered told={[keys]} isEmpty={rows.length === 0}>
          <table className="sheet w-full text-[13px]">
            <caption className="sr-only">Keys of this organisation</caption>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Kind</th>
                <th scope="col">Role</th>
                <th scope="col">Made</th>
                <th scope="col">Last used</th>
                <th scope="col">Ends</th>
                <th scope="col">
                  <span className="sr-only">Revoke</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((key) => (
                <Row key={key.id} one={key} />
              ))}
            </tbody>
          </table>
        </Answered>
      </section>
    </div>
  );
}

function Row({ one }: { one: Key }) {
  const client = useQueryClient();
  const [problem, setProblem] = useState<Problem | null>(null);
  const ended = one.state === "revoked" ? "revoked" : (one.expires_at?.slice(0, 10) ?? "never");
  const revoke = async (close: () => void) => {
    try {
      await call(`${KEYS}/${encodeURIComponent(one.id)}`, { method: "DELETE" });
      await client.invalidateQueries({ queryKey: [KEYS] });
      close();
    } catch (error) {
      setProblem(error instanceof Problem ? error : null);
    }
  };
  return (
    <tr className={one.state === "active" ? undefined : "text-soft"}>
      <th scope="row" className="text-ink!">
        <bdi className="shown-as-text">{one.name || "without a name"}</bdi>
        <code className="block font-mono text-soft text-xs">{one.hint}</code>
      </th>
      <td>{one.kind}</td>
      <td>
        {one.role ?? "–"}
        {one.person ? <span className="shown-as-text block text-soft text-xs">{one.person}</span> : null}
      </td>
      <td className="numbers">{one.created_at.slice(0, 10)}</td>
      <td className="numbers">{ago(one.last_used_at, Date.now())}</td>
      <td className="numbers">{ended}</td>
      <td className="text-right">
        {one.state === "revoked" ? null : (
          <DialogTrigger>
            <Button look="quiet" aria-label={`Revoke ${one.name || one.id}`}>
              Revoke
            </Button>
            <Overlay>
              {(close) => (
                <>
                  <Heading slot="title" className="font-semibold">
                    Revoke this key?
                  </Heading>
                  <p className="mt-2 text-[13px]">
                    Whatever uses <b className="shown-as-text">{one.name || one.id}</b> stops working within
                    two seconds. It cannot be taken back.
                  </p>
                  {problem ? <Trouble problem={problem} /> : null}
                  <div className="mt-4 flex justify-end gap-2">
                    <Button onPress={close}>Keep it</Button>
                    <Button look="danger" onPress={() => void revoke(close)}>
                      Revoke
                    </Button>
                  </div>
                </>
              )}
            </Overlay>
          </DialogTrigger>
        )}
      </td>
    </tr>
  );
}

function Create() {
  const client = useQueryClient();
  const last = useLastDay();
  const [made, setMade] = useState<NewKey | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [kind, setKind] = useState("analytics");
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const days = String(form.get("expires") ?? "");
    setProblem(null);
    try {
      const key = await call<NewKey>(KEYS, {
        method: "POST",
        body: {
          kind,
          name: String(form.get("name") ?? ""),
          ...(kind === "analytics" ? { role: String(form.get("role")) } : {}),
          ...(days ? { expires_date: addDays(last, Number(days) + 1) } : {}),
        },
      });
      setMade(key);
      await client.invalidateQueries({ queryKey: [KEYS] });
    } catch (error) {
      setProblem(error instanceof Problem ? error : null);
    }
  };
  const choice = "field px-2 text-[13px]";
  return (
    <DialogTrigger
      onOpenChange={(isOpen) => {
        if (!isOpen) setMade(null);
        setProblem(null);
      }}
    >
      <Button look="main">Create a key</Button>
      <Overlay>
        {(close) =>
          made ? (
            <Made made={made} close={close} />
          ) : (
            <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-3">
              <Heading slot="title" className="font-semibold">
                Create a key
              </Heading>
              <TextField name="name" isRequired maxLength={100} autoFocus className="flex flex-col gap-1">
                <Label className="font-medium text-[13px]">Name, so that you know it again</Label>
                <Input className={choice} />
              </TextField>
              <label className="flex flex-col gap-1 font-medium text-[13px]">
                Kind
                <select
                  value={kind}
                  onChange={(event) => setKind(event.target.value)}
                  className={`${choice} font-normal`}
                >
                  <option value="analytics">Analytics: reads reports</option>
                  <option value="ingest">Ingest: sends telemetry</option>
                </select>
              </label>
              {kind === "analytics" ? (
                <label className="flex flex-col gap-1 font-medium text-[13px]">
                  Role
                  <select name="role" defaultValue="manager" className={`${choice} font-normal`}>
                    <option value="manager">Manager: every report</option>
                    <option value="owner">Owner: every report</option>
                    <option value="member">Member: own numbers</option>
                    <option value="guest">Guest: none</option>
                  </select>
                </label>
              ) : null}
              <label className="flex flex-col gap-1 font-medium text-[13px]">
                Ends
                <select name="expires" defaultValue="90" className={`${choice} font-normal`}>
                  <option value="30">in 30 days</option>
                  <option value="90">in 90 days</option>
                  <option value="365">in a year</option>
                  <option value="">never</option>
                </select>
              </label>
              {problem ? <Trouble problem={problem} /> : null}
              <div className="flex justify-end gap-2">
                <Button onPress={close}>Cancel</Button>
                <Button look="main" type="submit">
                  Create
                </Button>
              </div>
            </form>
          )
        }
      </Overlay>
    </DialogTrigger>
  );
}

function Made({ made, close }: { made: NewKey; close: () => void }) {
  const last = useLastDay();
  const curl =
    made.kind === "analytics"
      ? `curl -sS -H "Authorization: Bearer ${made.key}" "${location.origin}/api/v1/analytics/activity?startDate=${last}&endDate=${last}"`
      : `curl -sS -X POST -H "Authorization: Bearer ${made.key}" -H "Content-Type: application/json" -d '{}' "${location.origin}/v1/logs"`;
  return (
    <>
      <Heading slot="title" className="font-semibold">
        Your new key
      </Heading>
      <p className="mt-1 text-[13px] text-soft">
        It is shown this once: Andon keeps only what recognises it.
      </p>
      <Copied label="Key" text={made.key} />
      <Copied label="Try it" text={curl} />
      <div className="mt-4 flex justify-end">
        <Button look="main" onPress={close}>
          I have it
        </Button>
      </div>
    </>
  );
}

/** Text to take away. */
export function Copied({ label, text }: { label: string; text: string }) {
  const [isCopied, setCopied] = useState(false);
  return (
    <div className="mt-3">
      <div className="flex items-center justify-between">
        <p className="font-medium text-[13px]">{label}</p>
        <Button
          look="quiet"
          aria-label={`Copy: ${label}`}
          onPress={async () => {
            await copyText(text);
            setCopied(true);
          }}
        >
          {isCopied ? "Copied" : "Copy"}
        </Button>
      </div>
      <section aria-label={label} className="max-h-72 overflow-auto rounded-md bg-sunk p-2.5" tabIndex={0}>
        <pre className="whitespace-pre-wrap break-all font-mono text-xs">{text}</pre>
      </section>
    </div>
  );
}

export function Trouble({ problem }: { problem: Problem }) {
  return (
    <p role="alert" className="mt-3 rounded-md bg-bad-wash px-3 py-2 text-[13px] text-bad">
      {problem.detail}
      {problem.requestId ? <span className="mt-1 block text-xs">Request id {problem.requestId}</span> : null}
    </p>
  );
}

function Overlay({ children }: { children: (close: () => void) => React.ReactNode }) {
  return (
    <ModalOverlay
      isDismissable
      className="fixed inset-0 z-50 flex items-center justify-center bg-black/40 p-4"
    >
      <Modal className="max-h-full w-full max-w-lg overflow-auto rounded-xl border border-line bg-surface p-5 shadow-xl">
        <Dialog className="outline-none">{({ close }) => children(close)}</Dialog>
      </Modal>
    </ModalOverlay>
  );
}
