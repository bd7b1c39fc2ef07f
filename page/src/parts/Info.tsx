import { Info as InfoIcon } from "lucide-react";
import { useState } from "react";
import { Dialog, DialogTrigger, Popover } from "react-aria-components";
import { curlOf } from "../api/client";
import { useDefinition } from "../api/definitions";
import { Button, IconButton } from "./Button";
import { copyText } from "./copy";
import { DefinitionText } from "./Words";

/** What a number means, by the same words as docs/metrics.md, and how to fetch it. */
export function Info({ metric, label, path }: { metric: string; label: string; path?: string | undefined }) {
  return (
    <DialogTrigger>
      <IconButton label={`About ${label}`}>
        <InfoIcon size={14} aria-hidden="true" />
      </IconButton>
      <Popover className="w-80 max-w-[92vw] rounded-lg border border-line bg-surface p-3.5 text-[13px] shadow-xl">
        <Dialog aria-label={`About ${label}`} className="outline-none">
          <Definition metric={metric} label={label} path={path} />
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function Definition({ metric, label, path }: { metric: string; label: string; path?: string | undefined }) {
  const definition = useDefinition(metric);
  return (
    <>
      <p className="font-semibold">{label}</p>
      {definition ? (
        <div className="mt-1">
          <DefinitionText of={definition} />
          <p className="mt-2 text-soft text-xs">
            <code className="font-mono">{metric}</code>, {definition.unit}
            {definition.report === "page" ? "; worked out by the page" : `; from /${definition.report}`}
            {definition.model ? (
              <>
                {" "}
                by <code className="font-mono">{definition.model}</code>
              </>
            ) : null}
            . An example worked by hand: {definition.link}
          </p>
        </div>
      ) : (
        <p className="mt-1 text-soft">
          <code className="font-mono text-xs">{metric}</code> in the API; docs/metrics.md defines it.
        </p>
      )}
      {path ? <CopyCurl path={path} /> : null}
    </>
  );
}

export function CopyCurl({ path }: { path: string }) {
  const [isCopied, setCopied] = useState(false);
  return (
    <Button
      className="mt-2.5"
      onPress={async () => {
        await copyText(curlOf(path));
        setCopied(true);
      }}
    >
      {isCopied ? "Copied" : "Copy as curl"}
    </Button>
  );
}
