import { Dialog } from "../frame/Dialog.tsx";
import { Icon } from "../frame/Icon.tsx";
import { Table } from "../panels/Table.tsx";
import { t } from "../words/en.ts";
import type { PanelData } from "../dashboard/data.ts";
import { titleOf, type PanelModel } from "../dashboard/model.ts";
import { download } from "../dashboard/PanelMenu.tsx";
import { rowsOf } from "../dashboard/table.ts";

/** The same data as the panel's, as rows. */
export default function TableDialog({ panel, data, onClose }: { panel: PanelModel; data: PanelData; onClose: () => void }) {
  const { title } = titleOf(panel);
  const save = <button type="button" class="button" onClick={() => download(panel, data)}><Icon name="download" />{t.table.csv}</button>;
  return <Dialog title={title} class="wide" onClose={onClose} actions={save}><Table rows={rowsOf(panel, data)} caption={t.table.caption(title)} most={400} /></Dialog>;
}
