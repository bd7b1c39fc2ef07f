import { Link } from "@tanstack/react-router";

/** The page itself failed; the numbers are still in the API. */
export function Crash({ error }: { error: Error }) {
  return (
    <div role="alert" className="panel m-4 p-5">
      <h1 className="font-semibold">This view could not be drawn</h1>
      <p className="shown-as-text mt-1 text-soft">{error.message}</p>
      <p className="mt-2 text-[13px]">
        <a href={location.href} className="text-accent underline">
          Load it again
        </a>
        {" · the numbers are in the "}
        <a href="/docs" className="text-accent underline">
          API
        </a>
      </p>
    </div>
  );
}

export function Missing() {
  return (
    <div className="panel m-4 p-5">
      <h1 className="font-semibold">There is no such view</h1>
      <p className="mt-1 text-[13px]">
        <Link to="/" className="text-accent underline">
          Overview
        </Link>
      </p>
    </div>
  );
}
