import { named } from "../chart/colour.ts";
import type { PanelData } from "../dashboard/data.ts";
import { last } from "../dashboard/frames.ts";
import type { PanelModel } from "../dashboard/model.ts";
import { format } from "../units/format.ts";
import { t } from "../words/en.ts";

const mostBars = 8, rowHeight = 38, aroundRows = 64;

/** Values beside each other, largest first: who takes how much. */
export function BarGauge({ panel, data, onTable }: { panel: PanelModel; data: PanelData; onTable: () => void }) {
  const sorted = data.frames.filter((f) => !Number.isNaN(last(f))).sort((a, b) => last(b) - last(a));
  const shown = sorted.slice(0, fitting(panel, sorted.length)), top = Math.max(...shown.map(last), Number.MIN_VALUE);
  return (
    <div class="bars">
      <ul>
        {shown.map((f) => (
          <li key={f.name} style={{ "--share": `${Math.max(0.5, (last(f) / (f.field.max ?? top)) * 100)}%`, "--swatch": f.field.color?.mode === "fixed" ? named(f.field.color.fixedColor ?? "") : "var(--c1)" }}>
            <span class="bars-name" title={f.name}>{f.name || "unnamed"}</span><b>{format(last(f), f.field.unit, f.field.decimals)}</b><i aria-hidden="true" />
          </li>
        ))}
      </ul>
      {sorted.length > shown.length && <p class="partial">{t.legend.partial(shown.length, sorted.length)} <button type="button" class="text-button" onClick={onTable}>{t.legend.rest}</button></p>}
    </div>
  );
}

/** As many as the panel has room for; one line of them says how many are left. */
function fitting(panel: PanelModel, count: number): number {
  const rows = Math.floor((panel.gridPos.h * 38 - 12 - aroundRows) / rowHeight);
  return Math.min(mostBars, count <= rows ? count : rows - 1);
}
