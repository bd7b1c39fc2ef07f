import { toCsv } from "../numbers/csv";
import type { Table } from "./Sheet";

export function downloadCsv(name: string, table: Table): void {
  const text = toCsv(
    table.columns.map((column) => column.field ?? column.label),
    table.rows,
  );
  // The mark lets spreadsheets see that it is UTF-8.
  save(`${name}.csv`, new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }));
}

const SCALE = 2;

/** The drawing in the panel as a picture, on the panel's ground. */
export async function downloadPng(name: string, panel: HTMLElement): Promise<void> {
  const drawing = panel.querySelector<SVGSVGElement>("svg.recharts-surface");
  if (!drawing) return;
  const { width, height } = drawing.getBoundingClientRect();
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  fixColours(drawing, copy);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const url = URL.createObjectURL(
    new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" }),
  );
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = width * SCALE;
    canvas.height = height * SCALE;
    const context = canvas.getContext("2d");
    if (!context) return;
    context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--surface");
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
    if (blob) save(`${name}.png`, blob);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** A picture knows nothing of the page's variables. */
function fixColours(from: Element, to: Element): void {
  const style = getComputedStyle(from);
  for (const name of ["fill", "stroke", "font-family", "font-size"]) {
    const value = style.getPropertyValue(name);
    if (value) to.setAttribute(name, value);
  }
  for (let place = 0; place < from.children.length; place += 1) {
    const [child, copy] = [from.children[place], to.children[place]];
    if (child && copy) fixColours(child, copy);
  }
}

function save(name: string, blob: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
