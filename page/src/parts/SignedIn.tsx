import { SessionProvider, useSessionQuery } from "../state/session";
import { Failed } from "./Empty";
import { Shell } from "./Shell";

/** The shell, once it is known who asks; without a session the client goes to the sign-in. */
export function SignedIn() {
  const { data, error, refetch } = useSessionQuery();
  if (data) {
    return (
      <SessionProvider session={data}>
        <Shell />
      </SessionProvider>
    );
  }
  const problem = error as import("../api/client").Problem | null;
  if (problem && problem.status !== 401) return <Failed problem={problem} retry={() => void refetch()} />;
  return (
    <p role="status" className="sr-only">
      Loading
    </p>
  );
}
