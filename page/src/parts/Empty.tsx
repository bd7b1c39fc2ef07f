import { Link } from "@tanstack/react-router";
import { CircleAlert, Inbox, LockKeyhole, SearchX } from "lucide-react";
import type { ReactNode } from "react";
import type { Problem } from "../api/client";
import { Button } from "./Button";

function Box({
  icon,
  title,
  children,
  kind,
}: {
  icon: ReactNode;
  title: string;
  children: ReactNode;
  kind: string;
}) {
  return (
    <div
      data-empty={kind}
      className="flex min-h-40 flex-col items-center justify-center gap-2 px-4 py-6 text-center"
    >
      <span aria-hidden="true" className="text-soft">
        {icon}
      </span>
      <p className="font-medium">{title}</p>
      <div className="max-w-prose text-[13px] text-soft">{children}</div>
    </div>
  );
}

/** Nothing was ever built: say what to do. */
export function NoDataYet() {
  return (
    <Box kind="no-data" icon={<Inbox size={22} />} title="No data yet">
      <p>A day is reported when it is over. Point an agent here, and look at what arrives at once on Data.</p>
      <p className="mt-2 flex justify-center gap-3">
        <Link to="/connect" className="text-accent underline">
          Connect an agent
        </Link>
        <Link to="/data" className="text-accent underline">
          See what arrives
        </Link>
      </p>
    </Box>
  );
}

/** There is data, but none that fits. */
export function NothingMatches({
  onClear,
  clears,
}: {
  onClear?: (() => void) | undefined;
  clears?: string | undefined;
}) {
  return (
    <Box kind="nothing-matches" icon={<SearchX size={22} />} title="Nothing in this range">
      <p>Nothing of this kind was reported in these days.</p>
      {onClear ? (
        <Button className="mt-2" onPress={onClear}>
          {clears ?? "Clear the filter"}
        </Button>
      ) : null}
    </Box>
  );
}

/** The role does not allow it. */
export function NotPermitted({ detail }: { detail?: string | undefined }) {
  return (
    <Box kind="not-permitted" icon={<LockKeyhole size={22} />} title="Your role does not show this">
      <p>{detail ?? "Managers and owners can see it. Ask an owner for a key with that role."}</p>
    </Box>
  );
}

export function Failed({ problem, retry }: { problem: Problem; retry?: (() => void) | undefined }) {
  if (problem.status === 403) return <NotPermitted detail={problem.detail} />;
  return (
    <div role="alert">
      <Box kind="failed" icon={<CircleAlert size={22} className="text-bad" />} title={problem.title}>
        <p>{problem.detail}</p>
        {problem.requestId ? (
          <p className="mt-1">
            Request id <code className="break-all font-mono text-xs">{problem.requestId}</code>, to be found
            in the server's log
          </p>
        ) : null}
        {retry ? (
          <Button className="mt-2" onPress={retry}>
            Try again
          </Button>
        ) : null}
      </Box>
    </div>
  );
}
