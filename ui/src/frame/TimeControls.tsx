import { useState } from "preact/hooks";
import { whenText } from "../chart/axis.ts";
import { endsNow, live, parseTime, presets, range, rangeText, refresh, setRange, shift, zoomOut } from "../state/time.ts";
import { t } from "../words/en.ts";
import { Icon } from "./Icon.tsx";
import { usePopup } from "./Menu.tsx";

/** Earlier, the range, later; and whether the page refreshes. */
export function TimeControls() {
  return (
    <>
      <div class="group" role="group" aria-label={t.time.range}>
        <button type="button" class="group-part step" aria-label={t.time.earlier} title={t.time.earlier} onClick={() => shift(-0.5)}><Icon name="left" /></button>
        <RangePicker />
        <button type="button" class="group-part step" aria-label={t.time.later} title={t.time.later} disabled={endsNow.value} onClick={() => shift(0.5)}><Icon name="right" /></button>
      </div>
      <LiveButton />
    </>
  );
}

function LiveButton() {
  if (!endsNow.value) return <button type="button" class="button" title={t.time.notNow} onClick={() => setRange(`now-${Math.round(range.value.to - range.value.from)}s`, "now")}><Icon name="clock" />{t.time.backToNow}</button>;
  const on = live.value;
  const toggle = () => { live.value = !on; if (!on) refresh(); };
  return <button type="button" class="button live" data-on={on || undefined} aria-pressed={on} title={on ? t.time.stopLive : t.time.startLive} onClick={toggle}><i class="dot" aria-hidden="true" />{on ? t.time.live : t.time.paused}{on && <span class="quiet">{t.time.refreshEvery}</span>}</button>;
}

/** The range in words. */
export function rangeWords(): { long: string; short: string } {
  const { from, to } = rangeText.value;
  const relative = /^now-(\w+)$/.exec(from);
  if (relative && to === "now") {
    const known = t.time.presets[relative[1]!];
    return known ? { long: `${t.time.last} ${known}`, short: relative[1]!.replace(/(\d+)([mhd])/, (_, n, u) => `${n} ${u === "m" ? "min" : u}`) } : { long: `${t.time.last} ${lengthWords(range.value.to - range.value.from)}`, short: lengthWords(range.value.to - range.value.from) };
  }
  return { long: `${whenText(range.value.from)} – ${whenText(range.value.to)}`, short: lengthWords(range.value.to - range.value.from) };
}

function lengthWords(seconds: number): string {
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  const hours = seconds / 3600;
  return hours < 48 ? `${Number(hours.toFixed(1))} h` : `${Number((hours / 24).toFixed(1))} d`;
}

function RangePicker() {
  const { open, setOpen, box, trigger } = usePopup(), words = rangeWords();
  const close = () => { setOpen(false); trigger.current?.focus(); };
  return (
    <div class="popup" ref={box}>
      <button type="button" class="group-part range" aria-haspopup="dialog" aria-expanded={open} ref={trigger} aria-label={`${t.time.range}: ${words.long}`} onClick={() => setOpen(!open)}>
        <Icon name="clock" /><span class="only-wide">{words.long}</span><span class="only-narrow">{words.short}</span>
      </button>
      {open && (
        <div class="menu range-menu" role="dialog" aria-label={t.time.range}>
          <div class="range-presets">
            {presets.map(([name]) => <button type="button" class="option" key={name} aria-pressed={rangeText.value.from === `now-${name}` && endsNow.value} onClick={() => { setRange(`now-${name}`, "now"); close(); }}>{t.time.last} {t.time.presets[name]}</button>)}
            <button type="button" class="option" onClick={() => { zoomOut(); close(); }}>{t.time.zoomOut}</button>
          </div>
          <Custom close={close} />
        </div>
      )}
    </div>
  );
}

const local = (seconds: number) => {
  const d = new Date(seconds * 1000 - new Date(seconds * 1000).getTimezoneOffset() * 60_000);
  return d.toISOString().slice(0, 16);
};

function Custom({ close }: { close: () => void }) {
  const [from, setFrom] = useState(local(range.value.from)), [to, setTo] = useState(local(range.value.to)), [wrong, setWrong] = useState("");
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
