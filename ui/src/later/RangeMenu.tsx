import { useState } from "preact/hooks";
import { endsNow, forInput, parseTime, presets, range, rangeText, setRange, zoomOut } from "../state/time.ts";
import { t } from "../words/en.ts";

/** Ranges that end now, and any other. */
export default function RangeMenu({ close }: { close: () => void }) {
  return (
    <div class="menu range-menu" role="dialog" aria-label={t.time.range}>
      <div class="range-presets">
        {presets.map(([name]) => <button type="button" class="option" key={name} aria-pressed={rangeText.value.from === `now-${name}` && endsNow.value} onClick={() => { setRange(`now-${name}`, "now"); close(); }}>{t.time.last} {t.time.presets[name]}</button>)}
        <button type="button" class="option" onClick={() => { zoomOut(); close(); }}>{t.time.zoomOut}</button>
      </div>
      <Custom close={close} />
    </div>
  );
}

function Custom({ close }: { close: () => void }) {
  const [from, setFrom] = useState(forInput(range.value.from)), [to, setTo] = useState(forInput(range.value.to)), [wrong, setWrong] = useState("");
  const apply = (e: Event) => {
    e.preventDefault();
    const now = Date.now() / 1000, a = parseTime(from, now), b = parseTime(to, now);
    if (Number.isNaN(a) || Number.isNaN(b)) return setWrong(t.time.bad);
    if (a >= b) return setWrong(t.time.order);
    setRange(String(a * 1000), b >= now - 60 ? "now" : String(b * 1000));
    close();
  };
  return (
    <form class="range-custom" onSubmit={apply}>
      <p class="menu-title">{t.time.custom}</p>
      <label>{t.time.from}<input class="input" type="datetime-local" value={from} onInput={(e) => setFrom(e.currentTarget.value)} /></label>
      <label>{t.time.to}<input class="input" type="datetime-local" value={to} onInput={(e) => setTo(e.currentTarget.value)} /></label>
      {wrong && <p class="wrong" role="alert">{wrong}</p>}
      <button type="submit" class="button accent">{t.time.apply}</button>
    </form>
  );
}
