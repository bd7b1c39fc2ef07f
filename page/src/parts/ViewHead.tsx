import { X } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { type Search, useView } from "../state/search";
import { type Permission, useMay } from "../state/session";
import { NotPermitted } from "./Empty";

/** A view's name, what it answers, and its controls. */
export function ViewHead({ title, says, children }: { title: string; says: string; children?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Andon`;
  }, [title]);
  return (
    <header className="mb-4 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <h1 className="shown-as-text font-semibold text-xl tracking-tight">{title}</h1>
        <p className="text-[13px] text-soft">{says}</p>
      </div>
      {children}
    </header>
  );
}

const FILTERS = {
  model: "Model",
  tool: "Tool",
  client: "Client",
  language: "Language",
  agent: "Agent",
  lifecycle: "Stage",
} as const;

export type Filter = keyof typeof FILTERS;

/** What the view is narrowed to, each part to be taken away. */
export function Chips({ of }: { of: Filter[] }) {
  const { search, set } = useView();
  const given = of.filter((key) => search[key]);
  if (given.length === 0) return null;
  return (
    <ul aria-label="Filters" className="mb-3 flex flex-wrap gap-2">
      {given.map((key) => (
        <li key={key}>
          <button
            type="button"
            aria-label={`Remove the filter ${FILTERS[key]} ${search[key]}`}
            onClick={() => set({ [key]: undefined } as Partial<Search>)}
            className="inline-flex min-h-7 max-w-80 cursor-pointer items-center gap-1.5 rounded-full bg-accent-wash px-3 text-[13px] text-accent"
          >
            <span className="shrink-0">{FILTERS[key]}:</span>
            <span className="truncate font-medium" title={search[key]}>
              {search[key]}
            </span>
            <X size={13} aria-hidden="true" className="shrink-0" />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The children for those who may; for others, why not. The API enforces it, this only explains. */
export function For({ permission, children }: { permission: Permission; children: ReactNode }) {
  return useMay(permission) ? (
    children
  ) : (
    <div className="panel">
      <NotPermitted />
    </div>
  );
}
