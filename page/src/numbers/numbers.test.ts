import { describe, expect, it } from "vitest";
import { toCsv } from "./csv";
import { ago, change, exact, short } from "./format";
import { bucketed, byName, OTHER, ratio, topSeries } from "./sums";

describe("csv", () => {
  it("quotes what needs quotes", () => {
    expect(
      toCsv(
        ["a", "b"],
        [
          ['x,"y"', 1.5],
          ["line\nbreak", null],
        ],
      ),
    ).toBe('a,b\r\n"x,""y""",1.5\r\n"line\nbreak",\r\n');
  });

  it.each(["=1+1", "+1", "-1", "@x", "\t=1", " =1", "\r=1", "\uff1d1"])("neutralises %j", (text) => {
    expect(toCsv(["a"], [[text]])).toContain(`'${text}`);
  });

  it("leaves numbers and plain text alone", () => {
    expect(toCsv(["a"], [[-1], ["a=b"], ["<img>"]])).toBe("a\r\n-1\r\na=b\r\n<img>\r\n");
  });
});

describe("format", () => {
  it("says what is not known, never zero", () => {
    expect(exact(null)).toBe("–");
    expect(exact(0)).toBe("0");
    expect(exact(0.382, "share")).toBe("38.2 %");
    expect(short(258_412_345)).toBe("258.4M");
    expect(short(99_999)).toBe("99,999");
  });

  it("says changes in words that have a meaning", () => {
    expect(change(112, 100)).toBe("+12.0 %");
    expect(change(88, 100)).toBe("−12.0 %");
    expect(change(500, 100)).toBe("×5.0");
    expect(change(100, 100)).toBe("no change");
    expect(change(1, 0)).toBeNull();
    expect(change(null, 1)).toBeNull();
  });

  it("says how long ago", () => {
    const now = Date.parse("2026-11-20T12:00:00Z");
    expect(ago("2026-11-20T11:59:30Z", now)).toBe("30 s ago");
    expect(ago("2026-11-20T10:00:00Z", now)).toBe("2 h ago");
    expect(ago(null, now)).toBe("never");
  });
});

describe("sums", () => {
  const rows = [
    { date: "2026-11-02", models: { a: 5, b: 1 } },
    { date: "2026-11-03", models: { b: 4, c: 1 } },
  ];
  const take = (row: (typeof rows)[number]) => Object.entries(row.models);

  it("orders by size, then by name", () => {
    expect(byName(rows, take).map(({ name }) => name)).toEqual(["a", "b", "c"]);
  });

  it("keeps a day that is not known apart from a day of nothing", () => {
    const points = bucketed(rows, { start: "2026-11-02", end: "2026-11-04" }, "day", ["a"], take);
    expect(points.map(({ values }) => values.a)).toEqual([5, 0, null]);
  });

  it("puts the small ones together", () => {
    const series = topSeries(byName(rows, take), 1);
    expect(series.map(({ key }) => key)).toEqual(["a", OTHER]);
    const [first] = bucketed(rows, { start: "2026-11-02", end: "2026-11-02" }, "day", ["a", OTHER], take);
    expect(first?.values).toEqual({ a: 5, [OTHER]: 1 });
  });

  it("divides by nothing only into nothing", () => {
    expect(ratio(1, 0)).toBeNull();
  });
});
