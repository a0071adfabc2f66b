import { useEffect, useState } from "preact/hooks";
import { Icon } from "../frame/Icon.tsx";
import type { VariableModel } from "../dashboard/model.ts";
import { all, choose, loadOptions, type Variable } from "../dashboard/variables.ts";
import { t } from "../words/en.ts";

interface Props { variable: Variable; models: VariableModel[]; label: string; values: string[]; close: () => void }

/** What a variable offers; asked when it is opened. */
export default function Options({ variable, models, label, values, close }: Props) {
  const { model } = variable, [find, setFind] = useState("");
  useEffect(() => {
    const abort = new AbortController();
    if (model.type === "query") void loadOptions(variable, models, abort.signal);
    return () => abort.abort();
  }, [variable]);
  const options = variable.options.value ?? [], known = [...new Set([...options, ...values.filter((v) => v !== all)])];
  const shown = known.filter((o) => o.toLowerCase().includes(find.toLowerCase())).slice(0, 100);
  const pick = (value: string) => {
    if (!model.multi) { choose(model, [value]); close(); return; }
    const rest = values.filter((v) => v !== all);
    choose(model, value === all ? [all] : rest.includes(value) ? rest.filter((v) => v !== value) : [...rest, value]);
  };
  return (
    <div class="menu options" role="dialog" aria-label={label}>
      {known.length > 8 && <input class="input" type="search" autofocus placeholder={t.variables.filter} aria-label={`${t.variables.filter} ${label}`} value={find} onInput={(e) => setFind(e.currentTarget.value)} />}
      {variable.options.value === null && !variable.failed.value && <p class="muted">{t.variables.loading}</p>}
      {variable.failed.value && <p class="muted">{t.variables.failed}</p>}
      {variable.options.value?.length === 0 && <p class="muted">{t.variables.none}</p>}
      <div class="options-list" role="group" aria-label={label}>
        {model.includeAll && !find && <Option text={t.variables.all} chosen={values.includes(all)} run={() => pick(all)} />}
        {shown.map((o) => <Option key={o} text={o} chosen={values.includes(o)} run={() => pick(o)} />)}
      </div>
    </div>
  );
}

const Option = ({ text, chosen, run }: { text: string; chosen: boolean; run: () => void }) =>
  <button type="button" class="option" aria-pressed={chosen} onClick={run}><span class="option-mark">{chosen && <Icon name="check" size={14} />}</span><span>{text || "(empty)"}</span></button>;
