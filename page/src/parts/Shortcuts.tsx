import { useEffect, useState } from "react";
import { Dialog, Heading, Modal, ModalOverlay, Switch } from "react-aria-components";
import type { Preset } from "../state/days";
import { useView } from "../state/search";
import { Button } from "./Button";
import { useStep } from "./Controls";

const KEYS: [string, string][] = [
  ["W", "last 7 days"],
  ["M", "last 30 days"],
  ["Q", "last 90 days"],
  ["[", "earlier, by the range's length"],
  ["]", "later"],
  ["X", "compare with the period before, or not"],
  ["?", "this list"],
];

const RANGES: Record<string, Preset> = { w: "7d", m: "30d", q: "90d" };

const STORED = "andon-shortcuts";

/** Single keys for what one does all day; they can be switched off (WCAG 2.1.4). */
export function Shortcuts() {
  const { search, set } = useView();
  const step = useStep();
  const [isShown, show] = useState(false);
  const [isOn, turn] = useState(() => localStorage.getItem(STORED) !== "off");

  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.key === "?") show(true);
      else if (isOn) act(event.key.toLowerCase());
    };
    const act = (key: string) => {
      const preset = RANGES[key];
      if (preset) set({ range: preset, from: undefined, to: undefined, grain: undefined });
      if (key === "x") set({ compare: search.compare ? undefined : "previous" });
      if (key === "[") step.back?.();
      if (key === "]") step.forward?.();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [isOn, search, set, step]);

  return (
    <ModalOverlay
      isOpen={isShown}
      onOpenChange={show}
      isDismissable
      className="fixed inset-0 z-50 flex items-center justify-center bg-black/40 p-4"
    >
      <Modal className="w-full max-w-sm rounded-xl border border-line bg-surface p-5 shadow-xl">
        <Dialog className="outline-none">
          <Heading slot="title" className="mb-3 font-semibold">
            Keys
          </Heading>
          <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5 text-[13px]">
            {KEYS.map(([key, says]) => (
              <div key={key} className="contents">
                <dt>
                  <kbd className="rounded border border-edge px-1.5 font-mono text-xs">{key}</kbd>
                </dt>
                <dd>{says}</dd>
              </div>
            ))}
            <dt>
              <kbd className="rounded border border-edge px-1.5 font-mono text-xs">← →</kbd>
            </dt>
            <dd>in a chart: from point to point; Enter narrows the range to it</dd>
          </dl>
          <Switch
            isSelected={isOn}
            onChange={(on) => {
              turn(on);
              localStorage.setItem(STORED, on ? "on" : "off");
            }}
            className="group mt-4 flex min-h-6 items-center gap-2 text-[13px]"
          >
            <span className="inline-flex h-4.5 w-8 rounded-full bg-edge p-0.5 group-data-[selected]:bg-accent">
              <span className="size-3.5 rounded-full bg-surface transition-transform group-data-[selected]:translate-x-3.5" />
            </span>
            Single keys act
          </Switch>
          <Button className="mt-4" onPress={() => show(false)}>
            Close
          </Button>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

/** Keys belong to fields, lists and drawings that have the focus. */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest(
      "input, textarea, select, [contenteditable], [role=listbox], [role=menu], [role=dialog], [role=spinbutton], [role=grid]",
    ) !== null
  );
}
