import type { Definition } from "../api/types";

/** A sentence of docs/metrics.md: names in backticks are set as names, everything else is text. */
function Words({ text }: { text: string }) {
  return text.split(/(`[^`]*`|\*\*[^*]*\*\*)/).map((part, place) =>
    part.startsWith("`") ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of a sentence have no other name and stay in place
      <code key={place} className="break-words font-mono text-[0.92em]">
        {part.slice(1, -1)}
      </code>
    ) : (
      part.replaceAll("**", "")
    ),
  );
}

/** What a metric means, how it is worked out, and what to bear in mind. */
export function DefinitionText({ of }: { of: Definition }) {
  return (
    <>
      <p className="whitespace-pre-line">
        <Words text={of.words} />
      </p>
      {of.formula ? (
        <p className="numbers mt-2 w-fit rounded-md bg-sunk px-2 py-1.5 text-xs">
          <Words text={of.formula} />
        </p>
      ) : null}
      {of.caveat ? (
        <p className="mt-2 text-xs">
          <span className="font-medium">Bear in mind:</span> <Words text={of.caveat} />
        </p>
      ) : null}
    </>
  );
}
