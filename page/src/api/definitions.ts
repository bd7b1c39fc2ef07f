import { useApi } from "./queries";
import type { Definition } from "./types";

/** The definition of a metric; null while it is not there. */
export function useDefinition(metric: string): Definition | null {
  const told = useApi<{ data: Definition[] }>("/api/v1/definitions");
  return told.data?.data.find((one) => one.metric === metric) ?? null;
}
