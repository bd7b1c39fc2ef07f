import type { ReactNode } from "react";
import { Button as AriaButton, type ButtonProps, Tooltip, TooltipTrigger } from "react-aria-components";

const LOOKS = {
  plain: "border border-edge bg-surface hover:bg-sunk",
  main: "bg-accent text-accent-ink hover:opacity-90",
  quiet: "text-soft hover:bg-sunk hover:text-ink",
  danger: "border border-bad text-bad hover:bg-bad-wash",
};

export function Button({
  look = "plain",
  className,
  ...props
}: ButtonProps & { look?: keyof typeof LOOKS; className?: string }) {
  return (
    <AriaButton
      {...props}
      className={`inline-flex min-h-8 cursor-pointer items-center gap-1.5 rounded-[7px] px-2.5 text-[13px] font-medium disabled:cursor-default disabled:opacity-50 ${LOOKS[look]} ${className ?? ""}`}
    />
  );
}

/** A button that is only a picture has its words in a tip. */
export function IconButton({
  label,
  children,
  className,
  ...props
}: ButtonProps & { label: string; children: ReactNode; className?: string }) {
  return (
    <TooltipTrigger delay={400} closeDelay={50}>
      <AriaButton
        aria-label={label}
        {...props}
        className={`inline-flex size-7 cursor-pointer items-center justify-center rounded-md text-soft hover:bg-sunk hover:text-ink disabled:opacity-50 ${className ?? ""}`}
      >
        {children}
      </AriaButton>
      <Tooltip offset={4} className="rounded-md bg-ink px-2 py-1 text-ground text-xs">
        {label}
      </Tooltip>
    </TooltipTrigger>
  );
}
