import { whenText } from "../chart/axis.ts";
import { Chip } from "../frame/Chip.tsx";
import { session } from "../state/server.ts";
import { format } from "../units/format.ts";
import { settings as words } from "../words/settings.ts";
import { Meter } from "./Rows.tsx";
import type { Settings, Storage } from "./model.ts";

/** A disk with less than this share free is nearly full. */
const low = 0.1;

/** What is kept, since when, and how much room there is. */
export function StorageCard({ settings }: { settings: Settings }) {
  const { storage } = settings, total = storage.reduce((sum, s) => sum + s.bytes, 0);
  return (
    <section class="card" aria-labelledby="storage">
      <h2 id="storage">{words.storage}</h2>
      <p class="muted">{words.total(format(total, "bytes"))}{session.value?.mode === "external" ? ` ${words.external}` : ""}</p>
      <ul class="stores">
        {storage.map((s) => <Row key={s.name} item={s} total={total} />)}
        <Disk {...settings.disk} />
      </ul>
    </section>
  );
}

function Row({ item, total }: { item: Storage; total: number }) {
  const more = [words.keepHelp[item.name], item.since && words.since(whenText(Date.parse(item.since) / 1000)), item.retention && words.retention(item.retention)].filter(Boolean);
  return (
    <li class="limit">
      <span class="limit-what">{words.keep[item.name] ?? <code>{item.name}</code>}</span>
      <span class="limit-used">{format(item.bytes, "bytes")}</span>
      <Meter share={total ? item.bytes / total : 0} need="ok" />
      {more.length > 0 && <span class="limit-name muted">{more.join(", ")}</span>}
    </li>
  );
}

function Disk({ freeBytes, sizeBytes }: Settings["disk"]) {
  if (!sizeBytes) return null;
  const nearlyFull = freeBytes / sizeBytes < low;
  return (
    <li class="limit">
      <span class="limit-what">{words.disk}</span>
      <span class="limit-used">{words.diskFree(format(freeBytes, "bytes"), format(sizeBytes, "bytes"))}</span>
      <Meter share={1 - freeBytes / sizeBytes} need={nearlyFull ? "warn" : "ok"} />
      {nearlyFull && <span class="limit-hits"><Chip level="warn" icon="warning">{words.full}</Chip> {words.diskLow}</span>}
    </li>
  );
}
