import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, use } from "react";
import { call, setCsrfToken } from "../api/client";
import type { Session } from "../api/types";
import { addDays, type Day, dayOf } from "./days";

export type Permission = "reports" | "people" | "keys" | "data" | "self";

const SESSION = "/api/v1/session";

export async function readSession(): Promise<Session> {
  const session = await call<Session>(SESSION);
  setCsrfToken(session.csrf_token ?? null);
  return session;
}

export async function signIn(proof: { link: string } | { key: string }): Promise<Session> {
  const session = await call<Session>(SESSION, { method: "POST", body: proof });
  setCsrfToken(session.csrf_token ?? null);
  return session;
}

export const sessionQuery = { queryKey: ["session"], queryFn: readSession, staleTime: 60_000, retry: false };

const SessionContext = createContext<Session | null>(null);

export function SessionProvider({ session, children }: { session: Session; children: ReactNode }) {
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error("A view was drawn without a session");
  return session;
}

export function useMay(permission: Permission): boolean {
  return useSession().permissions.includes(permission);
}

/** The newest day that can be asked for: yesterday in UTC, by the server's clock where it tells. */
export function useLastDay(): Day {
  const session = use(SessionContext);
  return session?.last_date ?? addDays(dayOf(new Date()), -1);
}

export function useSignOut(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await call(SESSION, { method: "DELETE" });
    setCsrfToken(null);
    client.clear();
    location.assign("/sign-in");
  };
}

export function useSessionQuery() {
  return useQuery(sessionQuery);
}
