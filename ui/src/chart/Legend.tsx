import { format } from "../units/format.ts";
import { t } from "../words/en.ts";

/** `text` is shown for the series `name`. */
export interface LegendItem { name: string; text: string; colour: string; dash?: boolean; band?: boolean; value?: number; unit?: string; decimals?: number }

/** Names, last values, and a click that shows one series alone. */
export function Legend({ items, isolated, onIsolate }: { items: LegendItem[]; isolated: string | null; onIsolate: (name: string | null) => void }) {
  return (
    <ul class="legend">
      {items.map((i) => (
        <li key={i.name}>
          <button type="button" class="legend-item" aria-pressed={isolated === i.name} data-dim={isolated !== null && isolated !== i.name || undefined}
            title={isolated === i.name ? t.legend.showAll : t.legend.isolate(i.name)} onClick={() => onIsolate(isolated === i.name ? null : i.name)}>
            <Swatch colour={i.colour} dash={i.dash} band={i.band} /><span class="legend-name">{i.text}</span>
            {i.value !== undefined && !Number.isNaN(i.value) && <b>{format(i.value, i.unit, i.decimals)}</b>}
          </button>
        </li>
      ))}
    </ul>
  );
}

export const Swatch = ({ colour, dash, band }: { colour: string; dash?: boolean; band?: boolean }) =>
  <i class="swatch" style={{ "--swatch": colour }} data-dash={dash || undefined} data-band={band || undefined} aria-hidden="true" />;
