// Panel data as rows: for table panels, "view as table" and CSV.
import { fullTime } from "../chart/axis.ts";
import { exact, format } from "../units/format.ts";
import type { PanelData } from "./data.ts";
import { optionsOf, type Frame } from "./frames.ts";
import type { PanelModel } from "./model.ts";

export interface Column { name: string; kind: "text" | "number"; unit?: string; decimals?: number }
export type Cell = string | number | null;
export interface Rows { columns: Column[]; rows: Cell[][] }

/** The rows of a table panel: labels and values of instant queries, merged by their labels, organised as the panel says. */
export function tableRows(panel: PanelModel, data: PanelData): Rows {
  const merged = mergeByLabels(data.frames);
  return sorted(organise(merged, panel), panel);
}

function mergeByLabels(list: Frame[]): { names: string[]; records: Map<string, Cell>[] } {
  const refs = [...new Set(list.map((f) => f.refId))], labels = [...new Set(list.flatMap((f) => Object.keys(f.labels)))].filter((l) => l !== "__name__");
  const byKey = new Map<string, Map<string, Cell>>();
  for (const f of list) {
    const key = JSON.stringify(labels.map((l) => f.labels[l] ?? ""));
    const record = byKey.get(key) ?? new Map<string, Cell>(labels.map((l) => [l, f.labels[l] ?? ""]));
    record.set(valueName(f.refId, refs), f.values[f.values.length - 1] ?? null);
    byKey.set(key, record);
  }
  return { names: ["Time", ...labels, ...refs.map((r) => valueName(r, refs))], records: [...byKey.values()] };
}

/** Grafana calls the value of one query "Value", of several "Value #A". */
const valueName = (ref: string, refs: string[]) => (refs.length === 1 ? "Value" : `Value #${ref}`);

function organise({ names, records }: { names: string[]; records: Map<string, Cell>[] }, panel: PanelModel): Rows {
  const o = panel.transformations?.find((tr) => tr.id === "organize")?.options ?? {};
  const place = (n: string) => o.indexByName?.[n] ?? names.indexOf(n) + 100;
  const kept = names.filter((n) => n !== "Time" && !o.excludeByName?.[n]).sort((a, b) => place(a) - place(b));
  const columns = kept.map((n) => {
    const name: string = o.renameByName?.[n] || n, number = n.startsWith("Value");
    const field = optionsOf(panel.fieldConfig, name, n.slice(7));
    return { name, kind: number ? "number" as const : "text" as const, ...(number && field.unit ? { unit: field.unit } : {}), ...(field.decimals !== undefined ? { decimals: field.decimals } : {}) };
  });
  return { columns, rows: records.map((r) => kept.map((n) => r.get(n) ?? null)) };
}

function sorted(table: Rows, panel: PanelModel): Rows {
  const by = panel.options?.sortBy?.[0] ?? panel.transformations?.find((tr) => tr.id === "sortBy")?.options?.sort?.[0];
  const wanted = by?.displayName ?? by?.field;
  const at = table.columns.findIndex((c) => c.name === wanted);
  const column = at >= 0 ? at : table.columns.findIndex((c) => c.kind === "number");
  if (column < 0) return table;
  const down = by?.desc ?? at < 0;
  return { ...table, rows: [...table.rows].sort((a, b) => (down ? -1 : 1) * compare(a[column]!, b[column]!)) };
}

function compare(a: Cell, b: Cell): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a ?? "").localeCompare(String(b ?? ""), "en", { numeric: true });
}

/** The series of a chart as a table of times, newest first. */
export function seriesRows(data: PanelData): Rows {
  const columns: Column[] = [{ name: "Time", kind: "text" }, ...data.frames.map((f) => ({ name: f.name, kind: "number" as const, ...(f.field.unit ? { unit: f.field.unit } : {}) }))];
  const times = data.frames[0]?.times ?? [];
  const rows = times.map((at, i) => [fullTime(at), ...data.frames.map((f) => { const v = f.values[i]; return v === undefined || Number.isNaN(v) ? null : v; })] as Cell[]);
  return { columns, rows: rows.reverse() };
}

export const rowsOf = (panel: PanelModel, data: PanelData) => (panel.type === "table" ? tableRows(panel, data) : seriesRows(data));

export function cellText(cell: Cell, column: Column): string {
  if (cell === null) return "–";
  return typeof cell === "number" ? format(cell, column.unit, column.decimals) : cell;
}

export const cellTitle = (cell: Cell, column: Column) => (typeof cell === "number" ? exact(cell, column.unit) : undefined);

/** RFC 4180; a text that a spreadsheet would take for a formula is kept from it by a quote. */
export function csv(table: Rows): string {
  const field = (c: Cell) => {
    const text = c === null ? "" : typeof c === "number" ? String(c) : /^[=+\-@\t\r]/.test(c) ? "'" + c : c;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [table.columns.map((c) => field(c.name)), ...table.rows.map((r) => r.map(field))].map((r) => r.join(",")).join("\r\n") + "\r\n";
}
