// Grafana's classic dashboard JSON, as far as Luneo's dashboards use it. What
// can be drawn is listed in drawable.json, which a test holds the dashboards to.

export interface Dashboard {
  uid: string; title: string; description?: string;
  panels: PanelModel[];
  templating?: { list: VariableModel[] };
  annotations?: { list: AnnotationModel[] };
  links?: LinkModel[];
  time?: { from: string; to: string };
}

export interface PanelModel {
  id: number; type: string; title?: string; description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: Target[];
  fieldConfig?: FieldConfig;
  options?: Record<string, any>;
  links?: LinkModel[];
  transformations?: { id: string; options: Record<string, any> }[];
  interval?: string;
  maxDataPoints?: number;
  panels?: PanelModel[];
}

export interface Target {
  refId: string; expr: string; legendFormat?: string; interval?: string;
  instant?: boolean; range?: boolean; format?: "time_series" | "table" | "heatmap"; hide?: boolean;
}

export interface FieldConfig { defaults: FieldOptions; overrides?: Override[] }

export interface FieldOptions {
  unit?: string; decimals?: number; min?: number; max?: number; displayName?: string; noValue?: string;
  color?: { mode: string; fixedColor?: string };
  thresholds?: { mode: string; steps: { value: number | null; color: string }[] };
  custom?: CustomOptions;
  links?: LinkModel[];
}

export interface CustomOptions {
  drawStyle?: "line" | "bars" | "points"; lineWidth?: number;
  lineStyle?: { fill: "solid" | "dash" | "dot"; dash?: number[] };
  stacking?: { mode: "none" | "normal" | "percent" };
  thresholdsStyle?: { mode: string };
  fillBelowTo?: string; axisSoftMax?: number; hideFrom?: { tooltip?: boolean };
}

export interface Override { matcher: { id: string; options: any }; properties: { id: string; value?: any }[] }
export interface LinkModel { title?: string; url?: string }

export interface VariableModel {
  name: string; label?: string; type: string; hide?: number;
  query?: any; definition?: string; options?: { text: string; value: string; selected?: boolean }[];
  multi?: boolean; includeAll?: boolean; allValue?: string; current?: { text?: any; value?: any };
}

export interface AnnotationModel {
  name: string; enable?: boolean; hide?: boolean; iconColor?: string; builtIn?: number;
  expr?: string; target?: { expr?: string }; step?: string; titleFormat?: string; textFormat?: string; useValueForTime?: boolean | string;
}

/** A title and what follows " · ", which is shown in grey: what it is split by, or its unit. */
export function titleOf(panel: PanelModel): { title: string; sub: string } {
  const [title, ...sub] = (panel.title ?? "").split(" · ");
  return { title: title!, sub: sub.join(" · ") };
}

/** The alert rule that guards a panel: the one whose runbook it links to. */
export function ruleOf(panel: PanelModel): string | undefined {
  for (const link of panel.links ?? []) {
    const found = /\/runbooks\/(\w+)/.exec(link.url ?? "");
    if (found) return found[1];
  }
  return undefined;
}

/** A section: what stands under a row panel, or before the first; its panels' rows count from its top. */
export interface Section { row: PanelModel | null; panels: PanelModel[] }

export function sections(dashboard: Dashboard): Section[] {
  const list: Section[] = [{ row: null, panels: [] }];
  const inOrder = [...dashboard.panels].sort((a, b) => a.gridPos.y - b.gridPos.y || a.gridPos.x - b.gridPos.x);
  for (const p of inOrder) {
    if (p.type === "row") list.push({ row: p, panels: [...(p.panels ?? [])] });
    else list[list.length - 1]!.panels.push(p);
  }
  return list.filter((s) => s.row || s.panels.length).map(fromTop);
}

function fromTop(s: Section): Section {
  const top = Math.min(...s.panels.map((p) => p.gridPos.y));
  return { ...s, panels: s.panels.map((p) => ({ ...p, gridPos: { ...p.gridPos, y: p.gridPos.y - top } })) };
}
