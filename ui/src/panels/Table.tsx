import { cellText, cellTitle, type Rows } from "../dashboard/table.ts";
import { t } from "../words/en.ts";

/** Rows with aligned figures; a wide table scrolls inside its box. */
export function Table({ rows, caption, most = 500 }: { rows: Rows; caption: string; most?: number }) {
  if (rows.rows.length === 0) return <p class="muted">{t.table.empty}</p>;
  return (
    <>
      <div class="table-box" tabIndex={0} role="region" aria-label={caption}>
        <table>
          <caption class="sr">{caption}</caption>
          <thead><tr>{rows.columns.map((c) => <th key={c.name} scope="col" data-kind={c.kind}>{c.name}</th>)}</tr></thead>
          <tbody>
            {rows.rows.slice(0, most).map((r, i) => (
              <tr key={i}>{r.map((cell, j) => <td key={j} data-kind={rows.columns[j]!.kind} title={cellTitle(cell, rows.columns[j]!)}>{cellText(cell, rows.columns[j]!)}</td>)}</tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.rows.length > most && <p class="partial">{t.table.rows(most, rows.rows.length)}</p>}
    </>
  );
}
