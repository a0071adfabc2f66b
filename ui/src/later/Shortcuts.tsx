import { Dialog } from "../frame/Dialog.tsx";
import { closeOverlay } from "../frame/overlays.ts";
import { shortcutsOn } from "../state/shortcuts.ts";
import { overlays } from "../words/overlays.ts";

export default function Shortcuts() {
  return (
    <Dialog title={overlays.shortcuts.title} class="shortcuts" onClose={closeOverlay}>
      <dl>{overlays.shortcuts.list.map(([what, keys]) => <div key={what}><dt>{what}</dt><dd>{keys.split(" ").map((k) => <kbd key={k}>{k}</kbd>)}</dd></div>)}</dl>
      {!shortcutsOn.value && <p class="muted">{overlays.shortcuts.off}</p>}
    </Dialog>
  );
}
