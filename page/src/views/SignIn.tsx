import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Input, Label, TextField } from "react-aria-components";
import { Problem } from "../api/client";
import { Button } from "../parts/Button";
import { useView } from "../state/search";
import { signIn } from "../state/session";

/** By the link that the server printed, or by a key. */
export function SignIn() {
  const { search } = useView();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const tried = useRef(false);

  const enter = async (proof: { link: string } | { key: string }) => {
    setBusy(true);
    setProblem(null);
    try {
      client.setQueryData(["session"], await signIn(proof));
      await navigate({ href: ours(search.next), replace: true } as never);
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, "Could not sign in", String(error), null));
    } finally {
      setBusy(false);
    }
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: a link works once, and so does this
  useEffect(() => {
    document.title = "Sign in · Andon";
    const link = location.hash.slice(1);
    if (!link || tried.current) return;
    tried.current = true;
    // Out of the address at once: it must not stay in the history.
    history.replaceState(null, "", location.pathname + location.search);
    void enter({ link });
  }, []);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const key = String(new FormData(event.currentTarget).get("key") ?? "").trim();
    if (key) void enter({ key });
  };

  return (
    <main className="flex min-h-dvh items-center justify-center p-4">
      <div className="panel w-full max-w-md p-6">
        <p className="flex items-center gap-2 font-semibold">
          <img src="/page/icon.svg" alt="" width={22} height={22} /> Andon
        </p>
        <h1 className="mt-4 font-semibold text-xl tracking-tight">Sign in</h1>
        <p className="mt-1 text-soft">
          Open the link that <code className="font-mono text-[13px]">andon up</code> printed, or paste an
          analytics key.
        </p>
        <form onSubmit={submit} className="mt-4 flex flex-col gap-3">
          <TextField name="key" type="password" autoComplete="off" isRequired className="flex flex-col gap-1">
            <Label className="font-medium text-[13px]">Analytics key</Label>
            <Input
              placeholder="fk-…"
              className="field px-2.5 py-1.5 font-mono text-[13px] placeholder:text-soft"
            />
          </TextField>
          {problem ? (
            <p role="alert" className="rounded-md bg-bad-wash px-3 py-2 text-[13px] text-bad">
              {problem.detail}
              {problem.requestId ? (
                <span className="mt-1 block text-xs">Request id {problem.requestId}</span>
              ) : null}
            </p>
          ) : null}
          <Button look="main" type="submit" isDisabled={isBusy} className="justify-center">
            {isBusy ? "Signing in …" : "Sign in"}
          </Button>
        </form>
        <p className="mt-4 text-soft text-xs">
          <code className="font-mono">andon sign-in</code> prints a new link;{" "}
          <code className="font-mono">andon keys create --role manager</code> makes a key. The page keeps
          neither: a cookie that scripts cannot read stands for them.
        </p>
      </div>
    </main>
  );
}

/** Where to go after signing in: a view of this page, since an address in a link must not lead elsewhere. */
function ours(next: string | undefined): string {
  const asked = new URL(next ?? "/", location.origin);
  return asked.origin === location.origin ? asked.pathname + asked.search : "/";
}
