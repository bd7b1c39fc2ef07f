import { describe, expect, it } from "vitest";
import {
  addDays,
  automaticGrain,
  before,
  bucketRange,
  bucketsOf,
  isDay,
  lengthOf,
  presetRange,
  weekOf,
} from "./days";

describe("days", () => {
  it("knows days from other text", () => {
    expect(["2026-02-28", "2028-02-29"].every(isDay)).toBe(true);
    expect(["2026-02-29", "2026-2-1", "today", "2026-13-01", ""].some(isDay)).toBe(false);
  });

  it("counts over months and years", () => {
    expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
    expect(addDays("2028-03-01", -1)).toBe("2028-02-29");
    expect(lengthOf({ start: "2026-01-14", end: "2026-11-20" })).toBe(311);
  });

  it("ends every preset on the last day that can be asked for", () => {
    expect(presetRange("7d", "2026-11-20")).toEqual({ start: "2026-11-14", end: "2026-11-20" });
    expect(presetRange("month", "2026-11-20")).toEqual({ start: "2026-11-01", end: "2026-11-20" });
    expect(presetRange("last-month", "2026-03-31")).toEqual({ start: "2026-02-01", end: "2026-02-28" });
    expect(presetRange("last-month", "2026-01-15")).toEqual({ start: "2025-12-01", end: "2025-12-31" });
    expect(presetRange("quarter", "2026-11-20")).toEqual({ start: "2026-10-01", end: "2026-11-20" });
  });

  it("compares with as many days right before", () => {
    expect(before({ start: "2026-11-02", end: "2026-11-08" })).toEqual({
      start: "2026-10-26",
      end: "2026-11-01",
    });
  });

  it("groups by ISO weeks and by months, cut at the range's ends", () => {
    const range = { start: "2026-10-29", end: "2026-11-10" };
    expect(weekOf("2026-11-01")).toBe("2026-10-26");
    expect(bucketsOf(range, "week")).toEqual(["2026-10-26", "2026-11-02", "2026-11-09"]);
    expect(bucketsOf(range, "month")).toEqual(["2026-10-01", "2026-11-01"]);
    expect(bucketRange("2026-10-26", "week", range)).toEqual({ start: "2026-10-29", end: "2026-11-01" });
    expect(bucketRange("2026-11-01", "month", range)).toEqual({ start: "2026-11-01", end: "2026-11-10" });
    expect(automaticGrain({ start: "2026-08-21", end: "2026-11-20" })).toBe("day");
    expect(automaticGrain({ start: "2026-08-20", end: "2026-11-20" })).toBe("week");
  });
});
