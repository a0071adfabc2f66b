import { clockText, whenText } from "../chart/axis.ts";
import { endsNow, live, range, rangeText, refresh, setRange, shift } from "../state/time.ts";
import { t } from "../words/en.ts";
import { Icon } from "./Icon.tsx";
import { later } from "./Later.tsx";
import { usePopup } from "./Menu.tsx";

const RangeMenu = later(() => import("../later/RangeMenu.tsx"));

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
  const a = range.value.from, b = range.value.to, sameDay = new Date(a * 1000).toDateString() === new Date(b * 1000).toDateString();
  return { long: `${whenText(a)} – ${sameDay ? clockText(b) : whenText(b)}`, short: lengthWords(b - a) };
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
      {open && <RangeMenu close={close} />}
    </div>
  );
}
