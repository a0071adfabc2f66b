import { Dialog } from "../frame/Dialog.tsx";
import { closeOverlay } from "../frame/overlays.ts";
import { shortcutsOn } from "../state/shortcuts.ts";
import { t } from "../words/en.ts";

export default function Shortcuts() {
  return (
    <Dialog title={t.shortcuts.title} class="shortcuts" onClose={closeOverlay}>
      <dl>{t.shortcuts.list.map(([what, keys]) => <div key={what}><dt>{what}</dt><dd>{keys.split(" ").map((k) => <kbd key={k}>{k}</kbd>)}</dd></div>)}</dl>
      {!shortcutsOn.value && <p class="muted">{t.shortcuts.off}</p>}
    </Dialog>
  );
}
