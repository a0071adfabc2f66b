import { choice, chooseTheme, type Choice } from "../chart/theme.ts";
import { Icon, type IconName } from "../frame/Icon.tsx";
import { setShortcuts, shortcutsOn } from "../state/shortcuts.ts";
import { openShortcuts } from "../frame/overlays.ts";
import { t } from "../words/en.ts";
import { settings as words } from "../words/settings.ts";

const themes: [Choice, IconName][] = [["system", "monitor"], ["dark", "moon"], ["light", "sun"]];

/** What a person sets for this browser. */
export function Appearance() {
  return (
    <section class="card" aria-labelledby="appearance">
      <h2 id="appearance">{words.appearance}</h2>
      <fieldset class="setting">
        <legend>{words.theme}</legend>
        <p class="muted">{words.themeHelp}</p>
        <div class="segmented">{themes.map(([c, icon]) => <button type="button" key={c} aria-pressed={choice.value === c} onClick={() => chooseTheme(c)}><Icon name={icon} size={14} />{t.theme[c]}</button>)}</div>
      </fieldset>
      <fieldset class="setting">
        <legend>{words.shortcuts}</legend>
        <p class="muted">{words.shortcutsHelp} <button type="button" class="text-button" onClick={openShortcuts}>{words.showShortcuts}</button></p>
        <div class="segmented">{(["on", "off"] as const).map((v) => <button type="button" key={v} aria-pressed={shortcutsOn.value === (v === "on")} onClick={() => setShortcuts(v)}>{words[v]}</button>)}</div>
      </fieldset>
    </section>
  );
}
