/** Lines that cross can be told apart by their marks, without their colours. */
export function Marker({
  x,
  y,
  place,
  colour,
}: {
  x: number | undefined;
  y: number | undefined;
  place: number;
  colour: string;
}) {
  if (x === undefined || y === undefined || Number.isNaN(y)) return null;
  const at = `translate(${x} ${y})`;
  switch (place % 4) {
    case 0:
      return <circle transform={at} r="3" fill={colour} />;
    case 1:
      return <rect transform={at} x="-3" y="-3" width="6" height="6" fill={colour} />;
    case 2:
      return <path transform={at} d="M0 -4 L3.6 2.6 L-3.6 2.6 Z" fill={colour} />;
    default:
      return <path transform={at} d="M0 -4 L4 0 L0 4 L-4 0 Z" fill={colour} />;
  }
}

/** About eight marks a line, never two lines' marks on one day. */
export function isMarked(index: number, place: number, length: number): boolean {
  const every = Math.max(1, Math.round(length / 8));
  return index % every === (every < 4 ? 0 : (place * Math.floor(every / 4)) % every);
}
